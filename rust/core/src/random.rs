//! Random numbers that a device draws by counter: Philox4x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3",
//! 2011). Which counter serves which element is settled here, so every device gives the same numbers, and up to 221,184 elements
//! those of PyTorch's CUDA generator wherever the law is computed alike.

use crate::backend::Backend;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout::checked_numel;
use crate::tensor::Tensor;

/// A law of independent numbers; the others are composed of these.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// On [from, to).
    Uniform {
        from: f64,
        to: f64,
    },
    Normal {
        mean: f64,
        std: f64,
    },
    /// Density rate e^(-rate x).
    Exponential {
        rate: f64,
    },
    /// 1 with probability p, else 0.
    Bernoulli {
        p: f64,
    },
    /// The integers from `first`, `count` many; 2^64 where that is 0.
    Integers {
        first: i64,
        count: u64,
    },
}

/// Ranges from here on take 64 random bits, so that the remainder stays fair.
const WIDE_RANGE: u64 = 1 << 28;

/// The streams that a draw is dealt from at most: threads on a card of 132 multiprocessors, as PyTorch starts them.
const MOST_SEQUENCES: usize = 132 * 2048;
/// Streams are dealt from in blocks of threads.
const BLOCK: usize = 256;

/// One draw of `numel` numbers. Block `offset / 4 + r` of stream `s` serves the elements `s + (width r + k) sequences`, with its
/// k-th word, or pair of words where the width is 2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    pub law: Law,
    /// Real.
    pub dtype: DType,
    pub numel: usize,
    pub seed: u64,
    pub offset: u64,
}

impl Draw {
    /// Numbers that one block of four words gives.
    pub fn width(&self) -> usize {
        match self.law {
            Law::Integers { count, .. } if count == 0 || count >= WIDE_RANGE => 2,
            Law::Integers { .. } | Law::Bernoulli { .. } => 4,
            _ if self.dtype == DType::F64 => 2,
            _ => 4,
        }
    }

    pub fn sequences(&self) -> usize {
        self.numel.next_multiple_of(BLOCK).min(MOST_SEQUENCES)
    }

    /// Blocks that each stream gives.
    pub fn rounds(&self) -> usize {
        self.numel.div_ceil((self.sequences() * self.width()).max(1))
    }
}

/// A device's generator: where its streams stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Philox {
    pub seed: u64,
    /// Words of each stream that were used, a multiple of 4.
    pub offset: u64,
}

impl Philox {
    pub fn new(seed: u64) -> Philox {
        Philox { seed, offset: 0 }
    }

    /// Where the streams of a draw stand that a kernel makes itself, of so many numbers of four a block.
    pub fn reserve(&mut self, numel: usize) -> Philox {
        let before = *self;
        let draw =
            Draw { law: Law::Bernoulli { p: 1.0 }, dtype: DType::F32, numel, seed: self.seed, offset: self.offset };
        self.offset = self.offset.wrapping_add(4 * draw.rounds() as u64);
        before
    }

    /// A new tensor of numbers of a law; a complex number takes two.
    pub fn draw(&mut self, law: Law, shape: &[usize], dtype: DType, backend: &'static dyn Backend) -> Result<Tensor> {
        check(law, dtype)?;
        let parts = if dtype.is_complex() { 2 } else { 1 };
        let numel = checked_numel(shape)?.saturating_mul(parts);
        let draw = Draw { law, dtype: dtype.real(), numel, seed: self.seed, offset: self.offset };
        if numel == 0 {
            return Tensor::empty(shape, dtype, backend);
        }
        let buffer = backend.random(&draw)?;
        self.offset = self.offset.wrapping_add(4 * draw.rounds() as u64);
        Ok(Tensor::of_buffer(buffer, dtype, shape, backend))
    }
}

/// Refuses a dtype that cannot hold the numbers of a law, with PyTorch's exception classes and texts.
fn check(law: Law, dtype: DType) -> Result<()> {
    let (holds, op) = match law {
        Law::Uniform { .. } => (dtype.is_inexact(), "check_uniform_bounds"),
        Law::Normal { .. } => (dtype.is_inexact(), "normal_kernel_cuda"),
        Law::Exponential { .. } if !dtype.is_float() => {
            let dtype = dtype.scalar_name();
            return Err(Error::Invalid(format!(
                "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you \
                 specified {dtype}"
            )));
        }
        Law::Exponential { .. } => return Ok(()),
        Law::Bernoulli { .. } => (!dtype.is_complex(), "bernoulli_scalar_cuda_"),
        Law::Integers { .. } => (!dtype.is_complex(), "random_from_to_kernel_cuda"),
    };
    if holds { Ok(()) } else { Err(Error::Unsupported { op, dtype }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every element is served exactly once, whatever the number of elements.
    #[test]
    fn blocks_serve_each_element_once() {
        for numel in [1, 255, 256, 257, MOST_SEQUENCES, MOST_SEQUENCES + 1, 4 * MOST_SEQUENCES + 7] {
            for dtype in [DType::F32, DType::F64] {
                let law = Law::Uniform { from: 0.0, to: 1.0 };
                let draw = Draw { law, dtype, numel, seed: 0, offset: 0 };
                let mut served = vec![0; numel];
                for block in 0..draw.sequences() * draw.rounds() {
                    let (sequence, round) = (block % draw.sequences(), block / draw.sequences());
                    for k in 0..draw.width() {
                        if let Some(count) = served.get_mut(sequence + (draw.width() * round + k) * draw.sequences()) {
                            *count += 1;
                        }
                    }
                }
                assert!(served.iter().all(|&count| count == 1), "{numel} {dtype:?}");
            }
        }
    }
}
