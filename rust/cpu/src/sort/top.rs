//! The first k of a row: a pass keeps what beats the k-th so far, and only that is sorted.
#![allow(unsafe_code)]

use super::key::{Key, Packed};
use super::{Target, unpack};
use pyrite_core::Result;

/// Elements that are compared with the k-th at once.
const GROUP: usize = 32;

/// Writes the `k` largest (or smallest) of a row of `n`, in order. `k` is at least 1 and at most `n`.
pub fn select<T: Key, P: Packed>(row: *const u8, n: usize, k: usize, largest: bool, out: Target) -> Result<()> {
    // SAFETY: the row has `n` elements.
    let row = unsafe { std::slice::from_raw_parts(row.cast::<T>(), n) };
    let pack = |i: usize| P::pack(row[i].key(largest), i);
    let mut best: Vec<P> = Vec::with_capacity(2 * k + 8 * GROUP);
    let full = best.capacity() - GROUP;
    best.extend((0..k).map(pack));
    let mut bound = keep(&mut best, k);
    let groups = row[k..].chunks(GROUP);
    for (i, group) in groups.enumerate() {
        let below = group.iter().fold(false, |any, x| any | (x.key(largest) < bound));
        if !below {
            continue;
        }
        let first = k + i * GROUP;
        best.extend((first..first + group.len()).map(pack).filter(|p| p.key() < bound));
        if best.len() >= full {
            bound = keep(&mut best, k);
        }
    }
    keep(&mut best, k);
    best.sort_unstable();
    unpack(row, &best, out);
    Ok(())
}

/// Keeps the `k` least and returns the key of the greatest of them.
fn keep<P: Packed>(best: &mut Vec<P>, k: usize) -> u64 {
    let (_, &mut last, _) = best.select_nth_unstable(k - 1);
    best.truncate(k);
    last.key()
}
