//! Vectors of 256 bits: AVX2 and FMA.

use std::arch::x86_64::*;

use super::{Kernels, MAX_LANES, Vector, kernels};

/// Lane masks: the window that starts n elements before the middle selects the first n lanes.
static FIRST_32: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
static FIRST_64: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];

// SAFETY: AVX2 and FMA instructions, which the trait leaves to its callers to have.
unsafe impl Vector for __m256 {
    type Scalar = f32;
    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the caller has AVX2 and FMA, here and below.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller can read 8 elements.
        unsafe { _mm256_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller can write 8 elements.
        unsafe { _mm256_storeu_ps(to, self) }
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, lanes: usize) -> Self {
        // SAFETY: the mask, a window of the table, keeps to `lanes` elements, which the caller can read.
        unsafe { _mm256_maskload_ps(from, _mm256_loadu_si256(FIRST_32.as_ptr().add(8 - lanes).cast())) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, lanes: usize) {
        // SAFETY: the mask, a window of the table, keeps to `lanes` elements, which the caller can write.
        unsafe { _mm256_maskstore_ps(to, _mm256_loadu_si256(FIRST_32.as_ptr().add(8 - lanes).cast()), self) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, x: Self, y: Self) -> Self {
        // SAFETY: the caller has FMA.
        unsafe { _mm256_fmadd_ps(x, y, self) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: the caller has AVX2.
        unsafe { _mm256_add_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn transpose(block: &mut [Self; MAX_LANES]) {
        // SAFETY: the caller has AVX2.
        unsafe {
            let mut pairs = *block;
            for i in 0..4 {
                pairs[2 * i] = _mm256_unpacklo_ps(block[2 * i], block[2 * i + 1]);
                pairs[2 * i + 1] = _mm256_unpackhi_ps(block[2 * i], block[2 * i + 1]);
            }
            for i in 0..2 {
                for half in 0..2 {
                    let low = _mm256_castps_pd(pairs[4 * i + half]);
                    let high = _mm256_castps_pd(pairs[4 * i + 2 + half]);
                    block[4 * i + 2 * half] = _mm256_castpd_ps(_mm256_unpacklo_pd(low, high));
                    block[4 * i + 2 * half + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(low, high));
                }
            }
            for i in 0..4 {
                pairs[i] = _mm256_permute2f128_ps::<0x20>(block[i], block[i + 4]);
                pairs[i + 4] = _mm256_permute2f128_ps::<0x31>(block[i], block[i + 4]);
            }
            *block = pairs;
        }
    }
}

// SAFETY: AVX2 and FMA instructions, which the trait leaves to its callers to have.
unsafe impl Vector for __m256d {
    type Scalar = f64;
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f64) -> Self {
        // SAFETY: the caller has AVX2 and FMA, here and below.
        unsafe { _mm256_set1_pd(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller can read 4 elements.
        unsafe { _mm256_loadu_pd(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: the caller can write 4 elements.
        unsafe { _mm256_storeu_pd(to, self) }
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f64, lanes: usize) -> Self {
        // SAFETY: the mask, a window of the table, keeps to `lanes` elements, which the caller can read.
        unsafe { _mm256_maskload_pd(from, _mm256_loadu_si256(FIRST_64.as_ptr().add(4 - lanes).cast())) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f64, lanes: usize) {
        // SAFETY: the mask, a window of the table, keeps to `lanes` elements, which the caller can write.
        unsafe { _mm256_maskstore_pd(to, _mm256_loadu_si256(FIRST_64.as_ptr().add(4 - lanes).cast()), self) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, x: Self, y: Self) -> Self {
        // SAFETY: the caller has FMA.
        unsafe { _mm256_fmadd_pd(x, y, self) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: the caller has AVX2.
        unsafe { _mm256_add_pd(self, other) }
    }

    #[inline(always)]
    unsafe fn transpose(block: &mut [Self; MAX_LANES]) {
        // SAFETY: the caller has AVX2.
        unsafe {
            let mut pairs = *block;
            for i in 0..2 {
                pairs[2 * i] = _mm256_unpacklo_pd(block[2 * i], block[2 * i + 1]);
                pairs[2 * i + 1] = _mm256_unpackhi_pd(block[2 * i], block[2 * i + 1]);
            }
            for i in 0..2 {
                block[i] = _mm256_permute2f128_pd::<0x20>(pairs[i], pairs[i + 2]);
                block[i + 2] = _mm256_permute2f128_pd::<0x31>(pairs[i], pairs[i + 2]);
            }
        }
    }
}

macro_rules! integers {
    ($name:ident, $t:ty, $lanes:literal, $table:ident, $splat:ident, $load:ident, $store:ident, $mul:ident, $add:ident) => {
        #[derive(Clone, Copy)]
        pub struct $name(__m256i);

        // SAFETY: AVX2 instructions, which the trait leaves to its callers to have.
        unsafe impl Vector for $name {
            type Scalar = $t;
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn splat(value: $t) -> Self {
                // SAFETY: the caller has AVX2, here and below.
                unsafe { $name($splat(value)) }
            }

            #[inline(always)]
            unsafe fn load(from: *const $t) -> Self {
                // SAFETY: the caller can read the elements.
                unsafe { $name(_mm256_loadu_si256(from.cast())) }
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $t) {
                // SAFETY: the caller can write the elements.
                unsafe { _mm256_storeu_si256(to.cast(), self.0) }
            }

            #[inline(always)]
            unsafe fn load_first(from: *const $t, lanes: usize) -> Self {
                // SAFETY: the mask, a window of the table, keeps to `lanes` elements, which the caller can read.
                unsafe { $name($load(from.cast(), _mm256_loadu_si256($table.as_ptr().add($lanes - lanes).cast()))) }
            }

            #[inline(always)]
            unsafe fn store_first(self, to: *mut $t, lanes: usize) {
                // SAFETY: the mask, a window of the table, keeps to `lanes` elements, which the caller can write.
                unsafe { $store(to.cast(), _mm256_loadu_si256($table.as_ptr().add($lanes - lanes).cast()), self.0) }
            }

            #[inline(always)]
            unsafe fn mul_add(self, x: Self, y: Self) -> Self {
                // SAFETY: the caller has AVX2.
                unsafe { $name($add(self.0, $mul(x.0, y.0))) }
            }

            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                // SAFETY: the caller has AVX2.
                unsafe { $name($add(self.0, other.0)) }
            }
        }
    };
}

/// The low 64 bits of each product: the low halves' product, and the mixed ones in its upper half.
#[inline(always)]
unsafe fn multiply_i64(x: __m256i, y: __m256i) -> __m256i {
    // SAFETY: the caller has AVX2.
    unsafe {
        let mixed = _mm256_mullo_epi32(x, _mm256_shuffle_epi32::<0xb1>(y));
        let mixed = _mm256_add_epi32(mixed, _mm256_srli_epi64::<32>(mixed));
        _mm256_add_epi64(_mm256_mul_epu32(x, y), _mm256_slli_epi64::<32>(mixed))
    }
}

integers!(
    I32x8,
    i32,
    8,
    FIRST_32,
    _mm256_set1_epi32,
    _mm256_maskload_epi32,
    _mm256_maskstore_epi32,
    _mm256_mullo_epi32,
    _mm256_add_epi32
);
integers!(
    I64x4,
    i64,
    4,
    FIRST_64,
    _mm256_set1_epi64x,
    _mm256_maskload_epi64,
    _mm256_maskstore_epi64,
    multiply_i64,
    _mm256_add_epi64
);

pub static F32: Kernels<f32> = kernels!(
    #[target_feature(enable = "avx2,fma")]
    __m256, packed [1 2 3 4 5 6] x [1 2], strided [1 2 3 4] x [1 2 3]);
pub static F64: Kernels<f64> = kernels!(
    #[target_feature(enable = "avx2,fma")]
    __m256d, packed [1 2 3 4 5 6] x [1 2], strided [1 2 3 4] x [1 2 3]);
pub static I32: Kernels<i32> = kernels!(
    #[target_feature(enable = "avx2")]
    I32x8, packed [1 2 3 4] x [1 2], strided [1 2 3 4] x [1 2]);
pub static I64: Kernels<i64> = kernels!(
    #[target_feature(enable = "avx2")]
    I64x4, packed [1 2 3 4] x [1 2], strided [1 2 3 4] x [1 2]);
