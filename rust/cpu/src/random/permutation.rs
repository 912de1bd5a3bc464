//! Random permutations by Fisher and Yates' shuffle.

use super::generator::Generator;
use super::sample::Sample;

/// Lengths from here on draw 64 bits a step: the remainder of 32 would no longer be fair.
const WIDE_LENGTH: u64 = u32::MAX as u64 / 20;

/// Fills `out` with the numbers 0 to `out.len() - 1` in random order.
pub fn permutation<T: Sample>(out: &mut [T], generator: &mut Generator) {
    let n = out.len() as u64;
    if n >= WIDE_LENGTH {
        return inside_out(out, generator);
    }
    for (i, out) in out.iter_mut().enumerate() {
        *out = T::from_i64(i as i64);
    }
    for i in 0..n.saturating_sub(1) {
        let other = i + u64::from(generator.random()) % (n - i);
        out.swap(i as usize, other as usize);
    }
}

fn inside_out<T: Sample>(out: &mut [T], generator: &mut Generator) {
    for i in 0..out.len() {
        let other = (generator.random64() % (i as u64 + 1)) as usize;
        out[i] = out[other];
        out[other] = T::from_i64(i as i64);
    }
}
