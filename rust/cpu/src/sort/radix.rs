//! Radix sort from the lowest digit, stable; digits in which all keys agree are passed over.

use super::key::Packed;

/// Fewer elements are sorted faster by comparing.
pub const WORTHWHILE: usize = 512;
const DIGIT: u32 = 8;
const BUCKETS: usize = 1 << DIGIT;

/// Sorts `all` by the lower `bits` of its keys, with `spare` as room; returns the one that holds the result.
pub fn sort<'a, P: Packed>(mut all: &'a mut [P], mut spare: &'a mut [P], bits: u32) -> &'a mut [P] {
    let passes = bits.div_ceil(DIGIT) as usize;
    let digit = |p: P, pass: usize| (p.key() >> (pass as u32 * DIGIT)) as usize % BUCKETS;
    let mut counts = [[0usize; BUCKETS]; 8];
    for &p in all.iter() {
        for (pass, counts) in counts[..passes].iter_mut().enumerate() {
            counts[digit(p, pass)] += 1;
        }
    }
    for (pass, counts) in counts[..passes].iter_mut().enumerate() {
        if all.first().is_none_or(|&p| counts[digit(p, pass)] == all.len()) {
            continue;
        }
        let mut start = 0;
        for count in counts.iter_mut() {
            start += std::mem::replace(count, start);
        }
        for &p in all.iter() {
            let place = &mut counts[digit(p, pass)];
            spare[*place] = p;
            *place += 1;
        }
        std::mem::swap(&mut all, &mut spare);
    }
    all
}
