//! Conversions between dtypes in blocks: storage to compute type and back, casts between compute types, and narrowing.
#![allow(unsafe_code)]

use crate::float16::{from_bf16, from_f16, to_bf16, to_f16};
use crate::level::{Level, level};
use pyrite_core::half::{bf16, f16};
use pyrite_core::num_complex::Complex;
use pyrite_core::{DType, Scalar};

/// Converts `n` dense elements; the ranges do not overlap.
pub type ConvertFn = unsafe fn(from: *const u8, to: *mut u8, n: usize);

/// A Rust type that elements are converted from and to, as C casts them.
trait Cast<To>: Copy {
    fn cast(self) -> To;
}

macro_rules! casts_between {
    ($($a:ident => $($b:ident)+;)+) => { $($(impl Cast<$b> for $a {
        #[inline(always)]
        fn cast(self) -> $b { self as $b }
    })+)+ };
}

casts_between! {
    u8 => u8 i8 i16 i32 i64 f32 f64;
    i8 => u8 i8 i16 i32 i64 f32 f64;
    i16 => u8 i8 i16 i32 i64 f32 f64;
    i32 => u8 i8 i16 i32 i64 f32 f64;
    i64 => u8 i8 i16 i32 i64 f32 f64;
    f32 => i32 i64 f32 f64;
    f64 => i32 i64 f32 f64;
}

macro_rules! casts_through_i64 {
    ($($a:ident => $($b:ident)+;)+) => { $($(impl Cast<$b> for $a {
        #[inline(always)]
        fn cast(self) -> $b { self as i64 as $b }
    })+)+ };
}

casts_through_i64! {
    f32 => u8 i8 i16;
    f64 => u8 i8 i16;
}

/// A truth value: what a cast to bool makes.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Truth(u8);

macro_rules! casts_to_truth {
    ($($a:ident)+) => { $(impl Cast<Truth> for $a {
        #[inline(always)]
        fn cast(self) -> Truth { Truth((self != 0 as $a) as u8) }
    })+ };
}

casts_to_truth!(u8 i8 i16 i32 i64 f32 f64);

macro_rules! casts_to_half {
    ($($a:ident)+) => { $(
        impl Cast<f16> for $a {
            #[inline(always)]
            fn cast(self) -> f16 { to_f16(self as f32) }
        }
        impl Cast<bf16> for $a {
            #[inline(always)]
            fn cast(self) -> bf16 { to_bf16(self as f32) }
        }
    )+ };
}

casts_to_half!(u8 i8 i16 i32 i64 f32 f64);

impl Cast<f32> for f16 {
    #[inline(always)]
    fn cast(self) -> f32 {
        from_f16(self)
    }
}

impl Cast<f32> for bf16 {
    #[inline(always)]
    fn cast(self) -> f32 {
        from_bf16(self)
    }
}

#[inline(always)]
unsafe fn convert<A: Cast<B>, B: Copy>(from: *const u8, to: *mut u8, n: usize) {
    // SAFETY: the caller gives `n` elements on both sides that do not overlap.
    let (from, to) =
        unsafe { (std::slice::from_raw_parts(from.cast::<A>(), n), std::slice::from_raw_parts_mut(to.cast::<B>(), n)) };
    for (to, from) in to.iter_mut().zip(from) {
        *to = from.cast();
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn convert_v3<A: Cast<B>, B: Copy>(from: *const u8, to: *mut u8, n: usize) {
    // SAFETY: passed on.
    unsafe { convert::<A, B>(from, to, n) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn convert_v4<A: Cast<B>, B: Copy>(from: *const u8, to: *mut u8, n: usize) {
    // SAFETY: passed on.
    unsafe { convert::<A, B>(from, to, n) }
}

fn at_level<A: Cast<B>, B: Copy>() -> ConvertFn {
    match level() {
        #[cfg(target_arch = "x86_64")]
        Level::V4 => convert_v4::<A, B>,
        #[cfg(target_arch = "x86_64")]
        Level::V3 => convert_v3::<A, B>,
        _ => convert::<A, B>,
    }
}

fn from_real<A>(to: DType) -> ConvertFn
where
    A: Cast<u8>
        + Cast<i8>
        + Cast<i16>
        + Cast<i32>
        + Cast<i64>
        + Cast<f32>
        + Cast<f64>
        + Cast<Truth>
        + Cast<f16>
        + Cast<bf16>,
{
    match to {
        DType::Bool => at_level::<A, Truth>(),
        DType::U8 => at_level::<A, u8>(),
        DType::I8 => at_level::<A, i8>(),
        DType::I16 => at_level::<A, i16>(),
        DType::I32 => at_level::<A, i32>(),
        DType::I64 => at_level::<A, i64>(),
        DType::F16 => at_level::<A, f16>(),
        DType::BF16 => at_level::<A, bf16>(),
        DType::F64 => at_level::<A, f64>(),
        _ => at_level::<A, f32>(),
    }
}

/// The conversion from a compute type to the storage of `to`; neither is complex.
fn real(from: DType, to: DType) -> ConvertFn {
    match from {
        DType::Bool | DType::U8 => from_real::<u8>(to),
        DType::I8 => from_real::<i8>(to),
        DType::I16 => from_real::<i16>(to),
        DType::I32 => from_real::<i32>(to),
        DType::I64 => from_real::<i64>(to),
        DType::F64 => from_real::<f64>(to),
        _ => from_real::<f32>(to),
    }
}

/// Reads elements of a dtype's storage into its compute type.
pub fn load(dtype: DType) -> Option<ConvertFn> {
    match dtype {
        DType::F16 => Some(at_level::<f16, f32>()),
        DType::BF16 => Some(at_level::<bf16, f32>()),
        _ => None,
    }
}

/// Writes elements of a dtype's compute type to its storage.
pub fn store(dtype: DType) -> Option<ConvertFn> {
    match dtype {
        DType::F16 | DType::BF16 => Some(real(DType::F32, dtype)),
        _ => None,
    }
}

unsafe fn each_complex<A: Copy, B: Copy>(from: *const u8, to: *mut u8, n: usize, f: impl Fn(A) -> B) {
    for i in 0..n {
        // SAFETY: the caller gives `n` elements on both sides.
        unsafe { to.cast::<B>().add(i).write(f(from.cast::<A>().add(i).read())) };
    }
}

/// Casts dense elements from the compute type of `from` to the compute type of `to`, narrowed to what `to` can hold.
///
/// # Safety
/// Both ranges hold `n` elements and do not overlap; `scratch` holds `n` elements of 16 bytes.
pub unsafe fn cast(from: DType, to: DType, source: *const u8, target: *mut u8, scratch: *mut u8, n: usize) {
    // SAFETY: every branch reads and writes `n` elements of the types named by the dtypes.
    unsafe {
        match (from.is_complex(), to.is_complex()) {
            (false, false) => {
                if let Some(load) = load(to) {
                    real(from, to)(source, scratch, n);
                    load(scratch, target, n);
                } else {
                    real(from, to)(source, target, n);
                }
            }
            (false, true) => {
                real(from, DType::F64)(source, scratch, n);
                match to {
                    DType::C64 => each_complex(scratch, target, n, |x: f64| Complex::new(x as f32, 0.0f32)),
                    _ => each_complex(scratch, target, n, |x: f64| Complex::new(x, 0.0f64)),
                }
            }
            (true, true) => match (from, to) {
                (DType::C64, DType::C128) => {
                    each_complex(source, target, n, |x: Complex<f32>| Complex::new(x.re as f64, x.im as f64))
                }
                (DType::C128, DType::C64) => {
                    each_complex(source, target, n, |x: Complex<f64>| Complex::new(x.re as f32, x.im as f32))
                }
                _ => std::ptr::copy_nonoverlapping(source, target, n * to.size()),
            },
            (true, false) => {
                let truth = to == DType::Bool;
                let part = |re: f64, im: f64| if truth { ((re != 0.0) | (im != 0.0)) as u8 as f64 } else { re };
                match from {
                    DType::C64 => each_complex(source, scratch, n, |x: Complex<f32>| part(x.re as f64, x.im as f64)),
                    _ => each_complex(source, scratch, n, |x: Complex<f64>| part(x.re, x.im)),
                }
                let halfway = scratch.add(n * 8);
                match load(to) {
                    Some(load) => {
                        real(DType::F64, to)(scratch, halfway, n);
                        load(halfway, target, n);
                    }
                    None => real(DType::F64, to)(scratch, target, n),
                }
            }
        }
    }
}

/// Rounds a step's result to what its dtype can hold; only half types and bool compute in something wider.
///
/// # Safety
/// `values` holds `n` elements of the dtype's compute type, `scratch` as many of two bytes.
pub unsafe fn narrow(dtype: DType, values: *mut u8, scratch: *mut u8, n: usize) {
    // SAFETY: as the caller promises.
    unsafe {
        match dtype {
            DType::F16 | DType::BF16 => {
                if let (Some(store), Some(load)) = (store(dtype), load(dtype)) {
                    store(values, scratch, n);
                    load(scratch, values, n);
                }
            }
            DType::Bool => {
                for v in std::slice::from_raw_parts_mut(values, n) {
                    *v = (*v != 0) as u8;
                }
            }
            _ => {}
        }
    }
}

/// One number in the compute type of `dtype`, in the first bytes.
pub fn scalar_bytes(scalar: Scalar, dtype: DType) -> [u8; 16] {
    fn first<const N: usize>(bytes: [u8; N]) -> [u8; 16] {
        std::array::from_fn(|i| bytes.get(i).copied().unwrap_or(0))
    }
    let int = || match scalar {
        Scalar::Float(x) => x as i64,
        other => other.to_i64(),
    };
    match dtype {
        DType::Bool => first([scalar.to_bool() as u8]),
        DType::U8 | DType::I8 => first([int() as u8]),
        DType::I16 => first((int() as i16).to_ne_bytes()),
        DType::I32 => first((int() as i32).to_ne_bytes()),
        DType::I64 => first(int().to_ne_bytes()),
        DType::F16 => first(f16::from_f32(scalar.to_f64() as f32).to_f32().to_ne_bytes()),
        DType::BF16 => first(bf16::from_f32(scalar.to_f64() as f32).to_f32().to_ne_bytes()),
        DType::F32 => first((scalar.to_f64() as f32).to_ne_bytes()),
        DType::F64 => first(scalar.to_f64().to_ne_bytes()),
        DType::C64 => {
            let c = scalar.to_complex();
            let (re, im) = ((c.re as f32).to_ne_bytes(), (c.im as f32).to_ne_bytes());
            std::array::from_fn(|i| {
                if i < 4 {
                    re[i]
                } else if i < 8 {
                    im[i - 4]
                } else {
                    0
                }
            })
        }
        DType::C128 => {
            let c = scalar.to_complex();
            let (re, im) = (c.re.to_ne_bytes(), c.im.to_ne_bytes());
            std::array::from_fn(|i| if i < 8 { re[i] } else { im[i - 8] })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cast_to_bool_asks_for_zero() {
        let from = [0.0f32, 0.5, f32::NAN];
        let (mut to, mut scratch) = ([9u8; 3], [0u8; 48]);
        // SAFETY: three elements everywhere.
        unsafe { cast(DType::F32, DType::Bool, from.as_ptr().cast(), to.as_mut_ptr(), scratch.as_mut_ptr(), 3) };
        assert_eq!(to, [0, 1, 1]);
    }

    #[test]
    fn negative_floats_wrap_into_bytes() {
        let from = [-1.0f64, 300.7];
        let (mut to, mut scratch) = ([0u8; 2], [0u8; 32]);
        // SAFETY: two elements everywhere.
        unsafe { cast(DType::F64, DType::U8, from.as_ptr().cast(), to.as_mut_ptr(), scratch.as_mut_ptr(), 2) };
        assert_eq!(to, [255, 44]);
    }
}
