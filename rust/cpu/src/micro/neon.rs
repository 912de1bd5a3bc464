//! Vectors of 128 bits: NEON, which AArch64 always has.

use std::arch::aarch64::*;

use super::{Kernels, Vector, kernels};

pub use super::portable::{I32, I64};

// SAFETY: NEON instructions, which every AArch64 CPU of this target has.
unsafe impl Vector for float32x4_t {
    type Scalar = f32;
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the target has NEON, here and below.
        unsafe { vdupq_n_f32(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller can read 4 elements.
        unsafe { vld1q_f32(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller can write 4 elements.
        unsafe { vst1q_f32(to, self) }
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, lanes: usize) -> Self {
        let mut all = [0.0; 4];
        // SAFETY: the caller can read `lanes` elements, at most 4.
        unsafe {
            std::ptr::copy_nonoverlapping(from, all.as_mut_ptr(), lanes);
            vld1q_f32(all.as_ptr())
        }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, lanes: usize) {
        let mut all = [0.0; 4];
        // SAFETY: the caller can write `lanes` elements, at most 4.
        unsafe {
            vst1q_f32(all.as_mut_ptr(), self);
            std::ptr::copy_nonoverlapping(all.as_ptr(), to, lanes);
        }
    }

    #[inline(always)]
    unsafe fn mul_add(self, x: Self, y: Self) -> Self {
        // SAFETY: the target has NEON.
        unsafe { vfmaq_f32(self, x, y) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: the target has NEON.
        unsafe { vaddq_f32(self, other) }
    }
}

// SAFETY: NEON instructions, which every AArch64 CPU of this target has.
unsafe impl Vector for float64x2_t {
    type Scalar = f64;
    const LANES: usize = 2;

    #[inline(always)]
    unsafe fn splat(value: f64) -> Self {
        // SAFETY: the target has NEON, here and below.
        unsafe { vdupq_n_f64(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller can read 2 elements.
        unsafe { vld1q_f64(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: the caller can write 2 elements.
        unsafe { vst1q_f64(to, self) }
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f64, lanes: usize) -> Self {
        let mut all = [0.0; 2];
        // SAFETY: the caller can read `lanes` elements, at most 2.
        unsafe {
            std::ptr::copy_nonoverlapping(from, all.as_mut_ptr(), lanes);
            vld1q_f64(all.as_ptr())
        }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f64, lanes: usize) {
        let mut all = [0.0; 2];
        // SAFETY: the caller can write `lanes` elements, at most 2.
        unsafe {
            vst1q_f64(all.as_mut_ptr(), self);
            std::ptr::copy_nonoverlapping(all.as_ptr(), to, lanes);
        }
    }

    #[inline(always)]
    unsafe fn mul_add(self, x: Self, y: Self) -> Self {
        // SAFETY: the target has NEON.
        unsafe { vfmaq_f64(self, x, y) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: the target has NEON.
        unsafe { vaddq_f64(self, other) }
    }
}

pub static F32: Kernels<f32> =
    kernels!(float32x4_t, packed [1 2 3 4 5 6 7 8] x [1 2 3], strided [1 2 3 4 5 6 7 8] x [1 2 3]);
pub static F64: Kernels<f64> =
    kernels!(float64x2_t, packed [1 2 3 4 5 6 7 8] x [1 2 3], strided [1 2 3 4 5 6 7 8] x [1 2 3]);
