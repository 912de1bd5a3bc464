//! Sorting along the last axis: elements become integers that sort the same way, packed with their places, so that any
//! sort of these is stable.
#![allow(unsafe_code)]

mod key;
mod radix;
mod top;
mod unstable;

use crate::memory;
use crate::reduce::number::dispatch_ordered;
use crate::strided::{Pointer, rows, start, with_dense_rows};
use key::{Key, Packed};
use pyrite_core::{Buffer, Error, Operand, Result};
use std::sync::atomic::{AtomicBool, Ordering};

/// Where the values and places of a row go.
#[derive(Clone, Copy)]
struct Target {
    values: *mut u8,
    places: *mut i64,
}

/// Sorts the last axis; see [`pyrite_core::Backend::sort`].
pub fn sort(input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
    let n = input.layout.shape.last().copied().unwrap_or(1);
    dispatch_ordered!("sort", input.dtype, T => {
        if <T as Key>::BITS <= 32 && n <= u32::MAX as usize {
            sorted(input, n, |row, out| order::<T, u64>(row, n, n, descending, out))
        } else {
            sorted(input, n, |row, out| order::<T, u128>(row, n, n, descending, out))
        }
    })
}

/// Rows up to this length give equal elements in PyTorch's order where no stable one is asked for; longer ones, whose equals
/// no one would compare by hand, are sorted stably, which is many times faster.
const LIKE_PYTORCH: usize = 1 << 14;

/// Sorts the last axis without a promise for equal elements; see [`pyrite_core::Backend::sort_unstably`].
pub fn sort_unstably(input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
    let n = input.layout.shape.last().copied().unwrap_or(1);
    if n > LIKE_PYTORCH {
        return sort(input, descending);
    }
    dispatch_ordered!("sort", input.dtype, T => {
        sorted(input, n, |row, out| {
            arranged::<T>(row, n, n, descending, out, |keys| unstable::sort(keys, &|a, b| a.0 < b.0));
            Ok(())
        })
    })
}

/// The place of the `k`-th least element (from 0) of the last axis, as PyTorch's selection finds it.
pub fn kth(input: &Operand, k: usize) -> Result<Buffer> {
    let n = input.layout.shape.last().copied().unwrap_or(1);
    let (_, places) = dispatch_ordered!("kthvalue", input.dtype, T => {
        sorted(input, 1, |row, out| {
            arranged::<T>(row, n, 1, false, out, |keys| {
                unstable::quick_select(keys, k, &|a, b| a.0 < b.0);
                keys.swap(0, k);
            });
            Ok(())
        })
    })?;
    Ok(places)
}

/// Lets `arrange` order the keys of a row of `n` with their places, and writes the first `k`.
fn arranged<T: Key>(
    row: *const u8,
    n: usize,
    k: usize,
    descending: bool,
    out: Target,
    arrange: impl Fn(&mut [(u64, usize)]),
) {
    // SAFETY: the row has `n` elements.
    let row = unsafe { std::slice::from_raw_parts(row.cast::<T>(), n) };
    let mut keys: Vec<(u64, usize)> = row.iter().enumerate().map(|(i, x)| (x.key(descending).into(), i)).collect();
    arrange(&mut keys);
    let values = out.values.cast::<T>();
    for (i, &(_, place)) in keys[..k].iter().enumerate() {
        // SAFETY: there is room for `k`.
        unsafe {
            values.add(i).write(row[place]);
            out.places.add(i).write(place as i64);
        }
    }
}

/// The first `k` of the sorted last axis; see [`pyrite_core::Backend::topk`].
pub fn topk(input: &Operand, k: usize, largest: bool) -> Result<(Buffer, Buffer)> {
    let n = input.layout.shape.last().copied().unwrap_or(1);
    if k > n {
        return Err(Error::Invalid("selected index k out of range".into()));
    }
    if n <= LIKE_PYTORCH {
        return dispatch_ordered!("topk", input.dtype, T => {
            sorted(input, k, |row, out| {
                arranged::<T>(row, n, k, largest, out, |keys| unstable::top(keys, k, &|a, b| a.0 < b.0));
                Ok(())
            })
        });
    }
    dispatch_ordered!("topk", input.dtype, T => {
        let is_small = <T as Key>::BITS <= 32 && n <= u32::MAX as usize;
        match (is_small, k > n / 4) {
            (true, true) => sorted(input, k, |row, out| order::<T, u64>(row, n, k, largest, out)),
            (false, true) => sorted(input, k, |row, out| order::<T, u128>(row, n, k, largest, out)),
            (true, false) => sorted(input, k, |row, out| top::select::<T, u64>(row, n, k, largest, out)),
            (false, false) => sorted(input, k, |row, out| top::select::<T, u128>(row, n, k, largest, out)),
        }
    })
}

/// Runs `work` on each row; a row gives `k` values and places.
fn sorted(
    input: &Operand,
    k: usize,
    work: impl Fn(*const u8, Target) -> Result<()> + Sync,
) -> Result<(Buffer, Buffer)> {
    let input = with_dense_rows(input)?;
    let (rank, size) = (input.layout.rank(), input.dtype.size());
    let total = input.layout.shape[..rank.saturating_sub(1)].iter().product::<usize>() * k;
    let (values, places) = (memory::allocate(total * size)?, memory::allocate(total * size_of::<i64>())?);
    let (to, at): (Pointer<u8>, Pointer<i64>) = (start(&values)?, start(&places)?);
    let failed = AtomicBool::new(false);
    if k > 0 {
        rows(&input, |row, i| {
            let target = Target { values: to.at((i * k * size) as isize), places: at.at((i * k) as isize) };
            if work(row, target).is_err() {
                failed.store(true, Ordering::Relaxed);
            }
        })?;
    }
    if failed.into_inner() {
        return Err(Error::OutOfMemory { bytes: total * size });
    }
    Ok((values, places))
}

/// Writes the first `k` of a row of `n` in order.
fn order<T: Key, P: Packed>(row: *const u8, n: usize, k: usize, descending: bool, out: Target) -> Result<()> {
    // SAFETY: the row has `n` elements.
    let row = unsafe { std::slice::from_raw_parts(row.cast::<T>(), n) };
    let packed = row.iter().enumerate().map(|(i, x)| P::pack(x.key(descending).into(), i));
    if n < radix::WORTHWHILE {
        let mut few = Vec::with_capacity(n);
        few.extend(packed);
        few.sort_unstable();
        unpack(row, &few[..k], out);
        return Ok(());
    }
    let rooms = [memory::allocate(n * size_of::<P>())?, memory::allocate(n * size_of::<P>())?];
    let [first, second] = [start::<P>(&rooms[0])?.at(0), start::<P>(&rooms[1])?.at(0)];
    // SAFETY: both rooms have space for `n`, and are filled with numbers before they are read as such.
    let (all, spare) = unsafe {
        packed.enumerate().for_each(|(i, p)| first.add(i).write(p));
        second.write_bytes(0, n);
        (std::slice::from_raw_parts_mut(first, n), std::slice::from_raw_parts_mut(second, n))
    };
    let all = radix::sort(all, spare, T::BITS);
    unpack(row, &all[..k], out);
    Ok(())
}

/// Writes the elements that `packed` names, and their places.
fn unpack<T: Key, P: Packed>(row: &[T], packed: &[P], out: Target) {
    let values = out.values.cast::<T>();
    for (i, p) in packed.iter().enumerate() {
        // SAFETY: there is room for as many, and the places are those of the row.
        unsafe {
            values.add(i).write(*row.get_unchecked(p.place()));
            out.places.add(i).write(p.place() as i64);
        }
    }
}

#[cfg(test)]
mod tests;
