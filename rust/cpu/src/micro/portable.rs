//! Vectors as arrays: the kernels of CPUs without a set of their own here, which compilers turn into the vector
//! instructions of the target.

use super::{Kernels, Scalar, Vector, kernels};

#[derive(Clone, Copy)]
struct Lanes<T, const N: usize>([T; N]);

// SAFETY: plain arithmetic, which every CPU has.
unsafe impl<T: Scalar, const N: usize> Vector for Lanes<T, N> {
    type Scalar = T;
    const LANES: usize = N;

    #[inline(always)]
    unsafe fn splat(value: T) -> Self {
        Lanes([value; N])
    }

    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the caller can read N elements.
        unsafe { Lanes(from.cast::<[T; N]>().read_unaligned()) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: the caller can write N elements.
        unsafe { to.cast::<[T; N]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn load_first(from: *const T, lanes: usize) -> Self {
        let mut all = [T::ZERO; N];
        for (i, lane) in all.iter_mut().enumerate().take(lanes) {
            // SAFETY: the caller can read `lanes` elements.
            *lane = unsafe { *from.add(i) };
        }
        Lanes(all)
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut T, lanes: usize) {
        for (i, &lane) in self.0.iter().enumerate().take(lanes) {
            // SAFETY: the caller can write `lanes` elements.
            unsafe { *to.add(i) = lane };
        }
    }

    #[inline(always)]
    unsafe fn mul_add(mut self, x: Self, y: Self) -> Self {
        for i in 0..N {
            self.0[i] = self.0[i].mul_add(x.0[i], y.0[i]);
        }
        self
    }

    #[inline(always)]
    unsafe fn add(mut self, other: Self) -> Self {
        for i in 0..N {
            self.0[i] = self.0[i].add(other.0[i]);
        }
        self
    }
}

#[cfg(not(target_arch = "aarch64"))]
pub static F32: Kernels<f32> = kernels!(Lanes<f32, 4>, packed [1 2 3 4] x [1 2], strided [1 2 3 4] x [1 2]);
#[cfg(not(target_arch = "aarch64"))]
pub static F64: Kernels<f64> = kernels!(Lanes<f64, 2>, packed [1 2 3 4] x [1 2], strided [1 2 3 4] x [1 2]);
pub static I32: Kernels<i32> = kernels!(Lanes<i32, 4>, packed [1 2 3 4] x [1 2], strided [1 2 3 4] x [1 2]);
pub static I64: Kernels<i64> = kernels!(Lanes<i64, 2>, packed [1 2 3 4] x [1 2], strided [1 2 3 4] x [1 2]);
