//! Packing: lines of an operand (rows of A, columns of B) laid side by side, in the order in which tiles read them.

use super::{MAX_LANES, Scalar, Vector, prefetch};

/// How many steps ahead a strided copy asks for its source: fewer than a cache set has ways, as steps of 4 KiB share one.
const AHEAD: isize = 8;

/// Lines of a matrix: element p of line i stands at `i * across + p * along` elements from `from`.
#[derive(Clone, Copy)]
pub struct Lines<T> {
    pub from: *const T,
    pub across: isize,
    pub along: isize,
}

impl<T> Lines<T> {
    #[inline(always)]
    pub fn at(&self, line: usize, step: usize) -> *const T {
        self.from
            .wrapping_offset((line as isize).wrapping_mul(self.across))
            .wrapping_offset((step as isize).wrapping_mul(self.along))
    }
}

/// Writes element p of line i to `to[p * width + i]` for `count` lines of `length` elements, and zeros for the lines
/// `count..width`. `width` is `count`, or `count` rounded up to whole vectors.
///
/// # Safety
/// The vector's instruction set is this CPU's and the caller's; the lines can be read; `to` holds `length * width`
/// elements and [`MAX_LANES`] to spare, which may be overwritten.
#[inline(always)]
pub unsafe fn pack<V: Vector>(lines: Lines<V::Scalar>, count: usize, length: usize, width: usize, to: *mut V::Scalar) {
    // SAFETY: the caller's promises.
    unsafe {
        if lines.across == 1 {
            copy::<V>(lines, count, length, width, to);
        } else if lines.along == 1 {
            transpose::<V>(lines, count, length, width, to);
        } else {
            gather(lines, count, length, width, to);
        }
    }
}

/// Packs lines that stand side by side already. A last vector's surplus lanes fall where the next step is written.
#[inline(always)]
unsafe fn copy<V: Vector>(lines: Lines<V::Scalar>, count: usize, length: usize, width: usize, to: *mut V::Scalar) {
    let whole = count / V::LANES * V::LANES;
    for p in 0..length {
        let from = lines.at(0, p);
        let to = to.wrapping_add(p * width);
        // SAFETY: `count` elements are read; `width` and at most LANES - 1 more are written.
        unsafe {
            for i in (0..count).step_by(V::LANES) {
                prefetch(from.wrapping_add(i).wrapping_offset(AHEAD.wrapping_mul(lines.along)));
            }
            for i in (0..whole).step_by(V::LANES) {
                V::load(from.add(i)).store(to.add(i));
            }
            if whole < count {
                V::load_first(from.add(whole), count - whole).store(to.add(whole));
            }
        }
    }
}

/// Packs lines that are contiguous each, square by square. The last square across is stored first, as its surplus lanes
/// fall on the first ones of the next step.
#[inline(always)]
unsafe fn transpose<V: Vector>(lines: Lines<V::Scalar>, count: usize, length: usize, width: usize, to: *mut V::Scalar) {
    for p in (0..length).step_by(V::LANES) {
        let steps = (length - p).min(V::LANES);
        for i in (0..count).step_by(V::LANES).rev() {
            // SAFETY: `steps` elements of lines below `count` are read; whole vectors are stored at steps below
            // `length`, at most LANES - 1 elements past `width`.
            unsafe {
                let mut block = [V::splat(V::Scalar::ZERO); MAX_LANES];
                for (j, row) in block.iter_mut().enumerate().take(V::LANES.min(count - i)) {
                    let from = lines.at(i + j, p);
                    *row = if steps == V::LANES { V::load(from) } else { V::load_first(from, steps) };
                }
                V::transpose(&mut block);
                for (step, row) in block.iter().enumerate().take(steps) {
                    row.store(to.add((p + step) * width + i));
                }
            }
        }
    }
}

/// Packs lines of any strides, element by element.
#[inline(always)]
unsafe fn gather<T: Scalar>(lines: Lines<T>, count: usize, length: usize, width: usize, to: *mut T) {
    for p in 0..length {
        for i in 0..width {
            // SAFETY: lines below `count` are read; `width` elements are written at each step.
            unsafe { *to.add(p * width + i) = if i < count { *lines.at(i, p) } else { T::ZERO } };
        }
    }
}
