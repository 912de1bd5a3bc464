//! The 32-bit Mersenne Twister (Matsumoto and Nishimura, 1998), stepped singly or in bulk.

use super::wide::wide;

/// Words of state.
pub(super) const WORDS: usize = 624;

/// Distance of the word that a twist mixes in.
const MIDDLE: usize = 397;
const AHEAD: usize = WORDS - MIDDLE;

const MATRIX: u32 = 0x9908_b0df;
const UPPER: u32 = 0x8000_0000;

/// The engine. `left` counts down to the next twist and `next` is the word drawn next; `left + next <= WORDS + 1`.
#[derive(Clone)]
pub(super) struct Mt19937 {
    pub seed: u64,
    pub state: [u32; WORDS],
    pub left: u32,
    pub next: u32,
}

impl Mt19937 {
    /// The engine seeded with the low 32 bits of `seed`; the whole of it is remembered.
    pub fn new(seed: u64) -> Self {
        let mut state = [seed as u32; WORDS];
        for i in 1..WORDS {
            let previous = state[i - 1];
            state[i] = 1_812_433_253u32.wrapping_mul(previous ^ (previous >> 30)).wrapping_add(i as u32);
        }
        Self { seed, state, left: 1, next: 0 }
    }

    /// Whether every draw until the next twist lies inside the state.
    pub fn is_valid(&self) -> bool {
        self.left >= 1 && self.left as usize <= WORDS && self.left as usize + self.next as usize <= WORDS + 1
    }

    #[inline]
    pub fn draw(&mut self) -> u32 {
        self.left -= 1;
        if self.left == 0 {
            twist(&mut self.state);
            (self.left, self.next) = (WORDS as u32, 0);
        }
        let word = self.state[self.next as usize];
        self.next += 1;
        temper(word)
    }

    /// Writes the next `out.len()` draws.
    pub fn fill(&mut self, out: &mut [u32]) {
        wide(|| self.fill_inlined(out));
    }

    #[inline(always)]
    fn fill_inlined(&mut self, mut out: &mut [u32]) {
        while !out.is_empty() {
            if self.left == 1 {
                twist(&mut self.state);
                (self.left, self.next) = (WORDS as u32 + 1, 0);
            }
            let count = out.len().min(self.left as usize - 1);
            let (now, later) = out.split_at_mut(count);
            for (out, &word) in now.iter_mut().zip(&self.state[self.next as usize..]) {
                *out = temper(word);
            }
            self.left -= count as u32;
            self.next += count as u32;
            out = later;
        }
    }
}

#[inline(always)]
fn temper(mut y: u32) -> u32 {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    y ^ (y >> 18)
}

#[inline(always)]
fn mix(word: u32, after: u32, middle: u32) -> u32 {
    middle ^ (((word & UPPER) | (after & !UPPER)) >> 1) ^ (MATRIX & (after & 1).wrapping_neg())
}

/// Replaces the state by the next one, in runs that depend only on words outside them, which the compiler vectorizes.
#[inline(always)]
fn twist(state: &mut [u32; WORDS]) {
    let (early, late) = state.split_at_mut(MIDDLE);
    mix_run(&mut early[..=AHEAD], late);
    let (head, rest) = state.split_at_mut(AHEAD);
    mix_run(&mut rest[..=AHEAD], head);
    let (head, rest) = state.split_at_mut(2 * AHEAD);
    mix_run(rest, &head[AHEAD..]);
    state[WORDS - 1] = mix(state[WORDS - 1], state[0], state[MIDDLE - 1]);
}

/// Mixes every word of `run` but the last with its successor and with its partner in `middle`.
#[inline(always)]
fn mix_run(run: &mut [u32], middle: &[u32]) {
    let count = run.len() - 1;
    let middle = &middle[..count];
    for i in 0..count {
        run[i] = mix(run[i], run[i + 1], middle[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_the_reference_sequence() {
        let mut engine = Mt19937::new(5489);
        assert_eq!(engine.draw(), 3_499_211_612);
        let last = (1..10_000).map(|_| engine.draw()).last();
        assert_eq!(last, Some(4_123_659_995), "the ten-thousandth draw that the C++ standard prescribes");
    }

    #[test]
    fn bulk_draws_continue_single_ones() {
        let (mut single, mut bulk) = (Mt19937::new(42), Mt19937::new(42));
        for count in [1, 5, 623, 1, 624, 2000, 0, 7] {
            let mut out = vec![0; count];
            bulk.fill(&mut out);
            assert!(out.iter().all(|&word| word == single.draw()));
            assert_eq!((bulk.left, bulk.next, bulk.state), (single.left, single.next, single.state));
        }
    }
}
