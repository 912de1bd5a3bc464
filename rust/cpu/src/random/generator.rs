//! The generator: the engine with the half of a normal pair that is still to be handed out, and its saved form.

use std::f64::consts::PI;
use std::fmt;

use super::mt19937::{Mt19937, WORDS};
use super::wide::wide;

/// Length of a saved state, laid out as PyTorch's CPU generator saves its own.
pub const STATE_BYTES: usize = 5056;

const STATE_AT: usize = 24;
const NORMAL_AT: usize = STATE_AT + 8 * WORDS + 8;
const HAS_NORMAL_AT: usize = NORMAL_AT + 16;
const NORMAL_F32_AT: usize = HAS_NORMAL_AT + 8;

/// Words drawn at a time by the laws that draw in bulk: a multiple of 32, small enough for the stack.
pub(super) const CHUNK: usize = 1024;

/// A source of random numbers, equal to PyTorch's CPU generator draw for draw.
#[derive(Clone)]
pub struct Generator {
    engine: Mt19937,
    next_normal: Option<f64>,
    // Only carried: no CPU law of PyTorch draws it, but its saved states have a place for it.
    next_normal_f32: Option<f32>,
}

/// Why a saved state was refused; the text is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateError {
    Length(usize),
    Invalid,
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StateError::Length(found) => write!(
                f,
                "Expected a CPUGeneratorImplState of size {STATE_BYTES} but found the input RNG state size to be {found}"
            ),
            StateError::Invalid => f.write_str("Invalid mt19937 state"),
        }
    }
}

impl std::error::Error for StateError {}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self { engine: Mt19937::new(seed), next_normal: None, next_normal_f32: None }
    }

    /// The seed that the generator was last given.
    pub fn initial_seed(&self) -> u64 {
        self.engine.seed
    }

    /// The next 32 random bits.
    #[inline]
    pub fn random(&mut self) -> u32 {
        self.engine.draw()
    }

    /// The next 64 random bits, the first draw on top.
    #[inline]
    pub fn random64(&mut self) -> u64 {
        let high = self.engine.draw();
        joined([high, self.engine.draw()])
    }

    /// A multiple of 2^-53 in [0, 1).
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        unit53(self.random64())
    }

    /// A standard normal number by Box and Muller's method, whose second of each pair waits for the next call.
    pub fn normal(&mut self) -> f64 {
        if let Some(waiting) = self.next_normal.take() {
            return waiting;
        }
        let (angle, tail) = (2.0 * PI * self.uniform(), self.uniform());
        let radius = (-2.0 * (-tail).ln_1p()).sqrt();
        self.next_normal = Some(radius * angle.sin());
        radius * angle.cos()
    }

    /// Writes `law` of one 32-bit draw to each element.
    pub(super) fn map32<T>(&mut self, out: &mut [T], law: impl Fn(u32) -> T + Copy) {
        let mut words = [0; CHUNK];
        for out in out.chunks_mut(CHUNK) {
            let words = &mut words[..out.len()];
            self.engine.fill(words);
            wide(move || out.iter_mut().zip(&*words).for_each(|(out, &word)| *out = law(word)));
        }
    }

    /// Writes `law` of one 64-bit draw to each element.
    pub(super) fn map64<T>(&mut self, out: &mut [T], law: impl Fn(u64) -> T + Copy) {
        let mut words = [0; CHUNK];
        for out in out.chunks_mut(CHUNK / 2) {
            let words = &mut words[..2 * out.len()];
            self.engine.fill(words);
            let (pairs, _) = words.as_chunks::<2>();
            wide(move || out.iter_mut().zip(pairs).for_each(|(out, &pair)| *out = law(joined(pair))));
        }
    }

    /// The state as PyTorch's `Generator.get_state` gives it.
    pub fn state(&self) -> Vec<u8> {
        let mut bytes = vec![0; STATE_BYTES];
        let mut put = |at: usize, field: &[u8]| bytes[at..at + field.len()].copy_from_slice(field);
        put(0, &self.engine.seed.to_le_bytes());
        put(8, &self.engine.left.to_le_bytes());
        put(12, &1u32.to_le_bytes());
        put(16, &u64::from(self.engine.next).to_le_bytes());
        for (i, &word) in self.engine.state.iter().enumerate() {
            put(STATE_AT + 8 * i, &u64::from(word).to_le_bytes());
        }
        put(NORMAL_AT, &self.next_normal.unwrap_or(0.0).to_le_bytes());
        put(HAS_NORMAL_AT, &u32::from(self.next_normal.is_some()).to_le_bytes());
        put(NORMAL_F32_AT, &self.next_normal_f32.unwrap_or(0.0).to_le_bytes());
        put(NORMAL_F32_AT + 4, &[u8::from(self.next_normal_f32.is_some())]);
        bytes
    }

    /// Takes over a state that [`Generator::state`] or PyTorch saved; a refused one leaves the generator as it was.
    pub fn set_state(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        if bytes.len() != STATE_BYTES {
            return Err(StateError::Length(bytes.len()));
        }
        let mut engine = Mt19937::new(field64(bytes, 0));
        engine.left = field32(bytes, 8);
        engine.next = u32::try_from(field64(bytes, 16)).map_err(|_| StateError::Invalid)?;
        for (i, word) in engine.state.iter_mut().enumerate() {
            *word = field64(bytes, STATE_AT + 8 * i) as u32;
        }
        if field32(bytes, 12) == 0 || !engine.is_valid() {
            return Err(StateError::Invalid);
        }
        self.engine = engine;
        self.next_normal = (field32(bytes, HAS_NORMAL_AT) != 0).then(|| f64::from_bits(field64(bytes, NORMAL_AT)));
        self.next_normal_f32 = (bytes[NORMAL_F32_AT + 4] != 0).then(|| f32::from_bits(field32(bytes, NORMAL_F32_AT)));
        Ok(())
    }
}

#[inline(always)]
fn joined([high, low]: [u32; 2]) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The low 24 bits as a multiple of 2^-24 in [0, 1).
#[inline(always)]
pub(super) fn unit24(bits: u32) -> f32 {
    (bits & 0xff_ffff) as f32 * (1.0 / (1 << 24) as f32)
}

/// The low 53 bits as a multiple of 2^-53 in [0, 1).
#[inline(always)]
pub(super) fn unit53(bits: u64) -> f64 {
    (bits & ((1 << 53) - 1)) as f64 * (1.0 / (1u64 << 53) as f64)
}

fn field32(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte))
}

fn field64(bytes: &[u8], at: usize) -> u64 {
    u64::from(field32(bytes, at + 4)) << 32 | u64::from(field32(bytes, at))
}
