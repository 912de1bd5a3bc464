//! The first k of a row: a pass keeps what beats the k-th so far, and only that is sorted.
#![allow(unsafe_code)]

use super::key::{Key, Packed};
use super::{Target, unpack};
use crate::level::vectorized;
use pyrite_core::Result;

/// Elements that are compared with the k-th at once.
const GROUP: usize = 64;

/// Writes the `k` largest (or smallest) of a row of `n`, in order. `k` is at least 1 and at most `n`.
pub fn select<T: Key, P: Packed>(row: *const u8, n: usize, k: usize, largest: bool, out: Target) -> Result<()> {
    // SAFETY: the row has `n` elements.
    let row = unsafe { std::slice::from_raw_parts(row.cast::<T>(), n) };
    let mut best: Vec<P> = Vec::with_capacity(2 * k + 8 * GROUP);
    // SAFETY: the row is a slice.
    unsafe { collect(&mut best, row, k, largest) };
    keep(&mut best, k);
    best.sort_unstable();
    unpack(row, &best, out);
    Ok(())
}

vectorized! {
    /// Collects the `k` first elements of `row`, and some more.
    unsafe fn collect<T: Key, P: Packed>(best: &mut Vec<P>, row: &[T], k: usize, largest: bool) {
        let full = best.capacity() - GROUP;
        let pack = |i: usize| P::pack(row[i].key(largest).into(), i);
        best.extend((0..k).map(pack));
        let mut bound = T::from_wide(keep(best, k));
        let (groups, rest) = row[k..].as_chunks::<GROUP>();
        for (i, group) in groups.iter().enumerate() {
            if group.iter().fold(false, |any, x| any | (x.key(largest) < bound)) {
                let first = k + i * GROUP;
                best.extend((first..first + GROUP).filter(|&i| row[i].key(largest) < bound).map(pack));
                if best.len() >= full {
                    bound = T::from_wide(keep(best, k));
                }
            }
        }
        best.extend((row.len() - rest.len()..row.len()).filter(|&i| row[i].key(largest) < bound).map(pack));
    }
}

/// Keeps the `k` least and returns the key of the greatest of them.
fn keep<P: Packed>(best: &mut Vec<P>, k: usize) -> u64 {
    let (_, &mut last, _) = best.select_nth_unstable(k - 1);
    best.truncate(k);
    last.key()
}
