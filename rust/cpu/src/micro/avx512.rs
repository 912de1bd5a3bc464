//! Vectors of 512 bits: AVX-512 F, BW, DQ and VL.

use std::arch::x86_64::*;

use super::{Kernels, MAX_LANES, Vector, kernels};

// SAFETY: AVX-512 instructions, which the trait leaves to its callers to have.
unsafe impl Vector for __m512 {
    type Scalar = f32;
    const LANES: usize = 16;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the caller has AVX-512, here and below.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller can read 16 elements.
        unsafe { _mm512_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller can write 16 elements.
        unsafe { _mm512_storeu_ps(to, self) }
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, lanes: usize) -> Self {
        // SAFETY: the mask keeps to `lanes` elements, which the caller can read.
        unsafe { _mm512_maskz_loadu_ps(((1u32 << lanes) - 1) as __mmask16, from) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, lanes: usize) {
        // SAFETY: the mask keeps to `lanes` elements, which the caller can write.
        unsafe { _mm512_mask_storeu_ps(to, ((1u32 << lanes) - 1) as __mmask16, self) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, x: Self, y: Self) -> Self {
        // SAFETY: the caller has AVX-512.
        unsafe { _mm512_fmadd_ps(x, y, self) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: the caller has AVX-512.
        unsafe { _mm512_add_ps(self, other) }
    }

    /// Interleaves rows 1, 2, 4 and 8 apart, as a butterfly: 64 two-source shuffles.
    #[inline(always)]
    unsafe fn transpose(block: &mut [Self; MAX_LANES]) {
        // SAFETY: the caller has AVX-512.
        unsafe {
            let mut pairs = *block;
            for i in 0..8 {
                pairs[2 * i] = _mm512_unpacklo_ps(block[2 * i], block[2 * i + 1]);
                pairs[2 * i + 1] = _mm512_unpackhi_ps(block[2 * i], block[2 * i + 1]);
            }
            for i in 0..4 {
                for half in 0..2 {
                    let low = _mm512_castps_pd(pairs[4 * i + half]);
                    let high = _mm512_castps_pd(pairs[4 * i + 2 + half]);
                    block[4 * i + 2 * half] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
                    block[4 * i + 2 * half + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
                }
            }
            for i in 0..4 {
                pairs[i] = _mm512_shuffle_f32x4::<0x88>(block[i], block[i + 4]);
                pairs[i + 4] = _mm512_shuffle_f32x4::<0xdd>(block[i], block[i + 4]);
                pairs[i + 8] = _mm512_shuffle_f32x4::<0x88>(block[i + 8], block[i + 12]);
                pairs[i + 12] = _mm512_shuffle_f32x4::<0xdd>(block[i + 8], block[i + 12]);
            }
            for i in 0..8 {
                block[i] = _mm512_shuffle_f32x4::<0x88>(pairs[i], pairs[i + 8]);
                block[i + 8] = _mm512_shuffle_f32x4::<0xdd>(pairs[i], pairs[i + 8]);
            }
        }
    }
}

// SAFETY: AVX-512 instructions, which the trait leaves to its callers to have.
unsafe impl Vector for __m512d {
    type Scalar = f64;
    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn splat(value: f64) -> Self {
        // SAFETY: the caller has AVX-512, here and below.
        unsafe { _mm512_set1_pd(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller can read 8 elements.
        unsafe { _mm512_loadu_pd(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: the caller can write 8 elements.
        unsafe { _mm512_storeu_pd(to, self) }
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f64, lanes: usize) -> Self {
        // SAFETY: the mask keeps to `lanes` elements, which the caller can read.
        unsafe { _mm512_maskz_loadu_pd(((1u32 << lanes) - 1) as __mmask8, from) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f64, lanes: usize) {
        // SAFETY: the mask keeps to `lanes` elements, which the caller can write.
        unsafe { _mm512_mask_storeu_pd(to, ((1u32 << lanes) - 1) as __mmask8, self) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, x: Self, y: Self) -> Self {
        // SAFETY: the caller has AVX-512.
        unsafe { _mm512_fmadd_pd(x, y, self) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: the caller has AVX-512.
        unsafe { _mm512_add_pd(self, other) }
    }

    #[inline(always)]
    unsafe fn transpose(block: &mut [Self; MAX_LANES]) {
        // SAFETY: the caller has AVX-512.
        unsafe {
            let mut pairs = *block;
            for i in 0..4 {
                pairs[2 * i] = _mm512_unpacklo_pd(block[2 * i], block[2 * i + 1]);
                pairs[2 * i + 1] = _mm512_unpackhi_pd(block[2 * i], block[2 * i + 1]);
            }
            for i in 0..2 {
                block[i] = _mm512_shuffle_f64x2::<0x88>(pairs[i], pairs[i + 2]);
                block[i + 2] = _mm512_shuffle_f64x2::<0xdd>(pairs[i], pairs[i + 2]);
                block[i + 4] = _mm512_shuffle_f64x2::<0x88>(pairs[i + 4], pairs[i + 6]);
                block[i + 6] = _mm512_shuffle_f64x2::<0xdd>(pairs[i + 4], pairs[i + 6]);
            }
            for i in 0..4 {
                pairs[i] = _mm512_shuffle_f64x2::<0x88>(block[i], block[i + 4]);
                pairs[i + 4] = _mm512_shuffle_f64x2::<0xdd>(block[i], block[i + 4]);
            }
            *block = pairs;
        }
    }
}

macro_rules! integers {
    ($name:ident, $t:ty, $lanes:literal, $mask:ty, $splat:ident, $load:ident, $store:ident, $mul:ident, $add:ident) => {
        #[derive(Clone, Copy)]
        pub struct $name(__m512i);

        // SAFETY: AVX-512 instructions, which the trait leaves to its callers to have.
        unsafe impl Vector for $name {
            type Scalar = $t;
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn splat(value: $t) -> Self {
                // SAFETY: the caller has AVX-512, here and below.
                unsafe { $name($splat(value)) }
            }

            #[inline(always)]
            unsafe fn load(from: *const $t) -> Self {
                // SAFETY: the caller can read the elements.
                unsafe { $name(_mm512_loadu_si512(from.cast())) }
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $t) {
                // SAFETY: the caller can write the elements.
                unsafe { _mm512_storeu_si512(to.cast(), self.0) }
            }

            #[inline(always)]
            unsafe fn load_first(from: *const $t, lanes: usize) -> Self {
                // SAFETY: the mask keeps to `lanes` elements, which the caller can read.
                unsafe { $name($load(((1u32 << lanes) - 1) as $mask, from)) }
            }

            #[inline(always)]
            unsafe fn store_first(self, to: *mut $t, lanes: usize) {
                // SAFETY: the mask keeps to `lanes` elements, which the caller can write.
                unsafe { $store(to, ((1u32 << lanes) - 1) as $mask, self.0) }
            }

            #[inline(always)]
            unsafe fn mul_add(self, x: Self, y: Self) -> Self {
                // SAFETY: the caller has AVX-512.
                unsafe { $name($add(self.0, $mul(x.0, y.0))) }
            }

            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                // SAFETY: the caller has AVX-512.
                unsafe { $name($add(self.0, other.0)) }
            }
        }
    };
}

integers!(
    I32x16,
    i32,
    16,
    __mmask16,
    _mm512_set1_epi32,
    _mm512_maskz_loadu_epi32,
    _mm512_mask_storeu_epi32,
    _mm512_mullo_epi32,
    _mm512_add_epi32
);
integers!(
    I64x8,
    i64,
    8,
    __mmask8,
    _mm512_set1_epi64,
    _mm512_maskz_loadu_epi64,
    _mm512_mask_storeu_epi64,
    _mm512_mullo_epi64,
    _mm512_add_epi64
);

pub static F32: Kernels<f32> = kernels!(
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
    __m512, packed [1 2 3 4 5 6 7 8 9 10 11 12 13 14] x [1 2], strided [1 2 3 4 5 6 7 8] x [1 2 3]);
pub static F64: Kernels<f64> = kernels!(
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
    __m512d, packed [1 2 3 4 5 6 7 8 9 10 11 12 13 14] x [1 2], strided [1 2 3 4 5 6 7 8] x [1 2 3]);
pub static I32: Kernels<i32> = kernels!(
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2")]
    I32x16, packed [1 2 3 4 5 6 7 8] x [1 2], strided [1 2 3 4 5 6 7 8] x [1 2]);
pub static I64: Kernels<i64> = kernels!(
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2")]
    I64x8, packed [1 2 3 4 5 6 7 8] x [1 2], strided [1 2 3 4 5 6 7 8] x [1 2]);
