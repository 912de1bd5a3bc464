//! Presents a strided input as a contiguous block.
#![allow(unsafe_code)]

use pyrite_core::Layout;

/// Copies the elements `start .. start + n` of a layout, in row-major order, to `out`.
///
/// # Safety
/// `data` is the start of the storage, `layout` stays within it, `out` holds `n` elements of `size` bytes.
pub unsafe fn gather(data: *const u8, layout: &Layout, size: usize, start: usize, out: *mut u8, n: usize) {
    // SAFETY: as the caller promises; elements are read as plain bytes of their size.
    unsafe {
        match size {
            1 => gather_as::<u8>(data, layout, start, out, n),
            2 => gather_as::<u16>(data, layout, start, out, n),
            4 => gather_as::<u32>(data, layout, start, out, n),
            8 => gather_as::<u64>(data, layout, start, out, n),
            _ => gather_as::<u128>(data, layout, start, out, n),
        }
    }
}

unsafe fn gather_as<E: Copy>(data: *const u8, layout: &Layout, start: usize, out: *mut u8, n: usize) {
    let (shape, strides) = (&layout.shape, &layout.strides);
    let rank = shape.len();
    let mut index = [0usize; 64];
    let mut at = layout.offset as isize;
    let mut rest = start;
    for axis in (0..rank).rev() {
        index[axis] = rest % shape[axis];
        rest /= shape[axis];
        at += index[axis] as isize * strides[axis];
    }
    let (inner, step) = (shape[rank - 1], strides[rank - 1]);
    let mut done = 0;
    while done < n {
        let run = (inner - index[rank - 1]).min(n - done);
        // SAFETY: the run lies within the layout and within `out`.
        unsafe { copy_run(data.cast::<E>().offset(at), step, out.cast::<E>().add(done), run) };
        done += run;
        index[rank - 1] += run;
        at += run as isize * step;
        let mut axis = rank - 1;
        while index[axis] == shape[axis] && axis > 0 {
            at += strides[axis - 1] - shape[axis] as isize * strides[axis];
            index[axis] = 0;
            axis -= 1;
            index[axis] += 1;
        }
    }
}

#[inline(always)]
unsafe fn copy_run<E: Copy>(from: *const E, step: isize, to: *mut E, n: usize) {
    // SAFETY: the caller gives `n` elements `step` apart, and a place for as many. 16-byte elements may lie at 8 bytes.
    unsafe {
        match step {
            1 => std::ptr::copy_nonoverlapping(from.cast::<u8>(), to.cast::<u8>(), n * size_of::<E>()),
            0 => {
                let value = from.read_unaligned();
                (0..n).for_each(|i| to.add(i).write_unaligned(value));
            }
            _ => (0..n).for_each(|i| to.add(i).write_unaligned(from.offset(i as isize * step).read_unaligned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transpose_in_blocks_of_any_size() {
        let data: Vec<i32> = (0..35).collect();
        let layout = Layout::contiguous(&[5, 7]).transpose(0, 1).unwrap();
        let want: Vec<i32> = (0..35).map(|i| (i % 5) * 7 + i / 5).collect();
        for block in [1, 4, 6, 35] {
            let mut out = vec![0i32; 35];
            for start in (0..35).step_by(block) {
                let n = block.min(35 - start);
                // SAFETY: `out` has room from `start` on.
                unsafe { gather(data.as_ptr().cast(), &layout, 4, start, out[start..].as_mut_ptr().cast(), n) };
            }
            assert_eq!(out, want);
        }
    }
}
