//! Expands the op table to block functions: for every op and compute type a loop over blocks, compiled for each CPU level.
#![allow(unsafe_code)]

use crate::level::{Level, level};
use crate::math::{Complex32, Complex64};
use pyrite_core::{DType, Op};

/// Applies an op to `n` elements: the result, then up to three operands, each dense in its compute type.
/// The result may not overlap an operand.
pub type BlockFn = unsafe fn(out: *mut u8, a: *const u8, b: *const u8, c: *const u8, n: usize);

/// The compute types that a row of this domain is compiled for.
macro_rules! for_domain {
    (Field $m:ident $a:tt) => { for_domain!(Number $m $a); for_domain!(Complex $m $a); };
    (Number $m:ident $a:tt) => { for_domain!(Float $m $a); for_domain!(Integer $m $a); };
    (Integer $m:ident $a:tt) => { $m!(U8 u8 $a); $m!(I8 i8 $a); $m!(I16 i16 $a); $m!(I32 i32 $a); $m!(I64 i64 $a); };
    (Inexact $m:ident $a:tt) => { for_domain!(Float $m $a); for_domain!(Complex $m $a); };
    (Float $m:ident $a:tt) => { $m!(F32 f32 $a); $m!(F64 f64 $a); };
    (Complex $m:ident $a:tt) => { $m!(C64 Complex32 $a); $m!(C128 Complex64 $a); };
}

/// The match arms of a domain's compute types.
macro_rules! find {
    (Field $n:ident $d:expr, $l:expr) => { find!(Number $n $d, $l).or(find!(Complex $n $d, $l)) };
    (Number $n:ident $d:expr, $l:expr) => { find!(Integer $n $d, $l).or(find!(Float $n $d, $l)) };
    (Integer $n:ident $d:expr, $l:expr) => { match $d {
        DType::U8 => Some($n::U8::block($l)), DType::I8 => Some($n::I8::block($l)), DType::I16 => Some($n::I16::block($l)),
        DType::I32 => Some($n::I32::block($l)), DType::I64 => Some($n::I64::block($l)), _ => None } };
    (Inexact $n:ident $d:expr, $l:expr) => { find!(Float $n $d, $l).or(find!(Complex $n $d, $l)) };
    (Float $n:ident $d:expr, $l:expr) => { match $d {
        DType::F32 => Some($n::F32::block($l)), DType::F64 => Some($n::F64::block($l)), _ => None } };
    (Complex $n:ident $d:expr, $l:expr) => { match $d {
        DType::C64 => Some($n::C64::block($l)), DType::C128 => Some($n::C128::block($l)), _ => None } };
}

macro_rules! kernel {
    ($D:ident $t:ident (($($arg:ident: $A:ident),+) -> $R:ident $body:block)) => {
        #[allow(non_snake_case)]
        pub mod $D {
            #[allow(unused_imports)]
            use crate::math::*;
            use super::super::super::{BlockFn, Level, Stored};
            #[allow(dead_code)]
            type T = $t;
            #[allow(dead_code)]
            const ZERO: T = <T as Field>::ZERO;
            #[allow(dead_code)]
            const ONE: T = <T as Field>::ONE;

            #[inline(always)]
            #[allow(clippy::needless_return)]
            fn element($($arg: $A),+) -> $R $body

            #[inline(always)]
            #[allow(unused_variables)]
            unsafe fn apply(out: *mut u8, x: *const u8, y: *const u8, z: *const u8, n: usize) {
                let [first, second, third] = [x, y, z];
                // SAFETY: the caller gives `n` elements behind every pointer that this op has, and a result that overlaps none.
                unsafe {
                    let out = std::slice::from_raw_parts_mut(out.cast::<<$R as Stored>::Type>(), n);
                    operands!(n, [first second third] $($arg: $A),+);
                    for i in 0..n {
                        out[i] = Stored::store(element($(Stored::load($arg[i])),+));
                    }
                }
            }

            unsafe fn baseline(out: *mut u8, x: *const u8, y: *const u8, z: *const u8, n: usize) {
                // SAFETY: passed on.
                unsafe { apply(out, x, y, z, n) }
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,f16c")]
            unsafe fn v3(out: *mut u8, x: *const u8, y: *const u8, z: *const u8, n: usize) {
                // SAFETY: passed on.
                unsafe { apply(out, x, y, z, n) }
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl")]
            unsafe fn v4(out: *mut u8, x: *const u8, y: *const u8, z: *const u8, n: usize) {
                // SAFETY: passed on.
                unsafe { apply(out, x, y, z, n) }
            }

            pub fn block(level: Level) -> BlockFn {
                match level {
                    #[cfg(target_arch = "x86_64")]
                    Level::V4 => v4,
                    #[cfg(target_arch = "x86_64")]
                    Level::V3 => v3,
                    _ => baseline,
                }
            }
        }
    };
}

/// Names each operand's slice after its argument.
macro_rules! operands {
    ($n:ident, [$p:ident $($rest:ident)*] $arg:ident: $A:ident $(, $more:ident: $B:ident)*) => {
        let $arg = std::slice::from_raw_parts($p.cast::<<$A as Stored>::Type>(), $n);
        operands!($n, [$($rest)*] $($more: $B),*);
    };
    ($n:ident, [$($rest:ident)*]) => {};
}

macro_rules! kernels {
    ($($(#[$doc:meta])* fn $name:ident<$domain:ident>($($arg:ident: $A:ident),+) -> $R:ident $body:block)+) => {
        $(pub mod $name { for_domain!($domain kernel (($($arg: $A),+) -> $R $body)); })+

        /// The block function of `op` in a compute type, if the op's domain has it.
        pub fn block(op: Op, compute: DType) -> Option<BlockFn> {
            let level = level();
            match op { $(Op::$name => find!($domain $name compute, level)),+ }
        }
    };
}

/// How a row's type lies in a block: numbers as they are, conditions as bytes.
pub trait Stored: Copy {
    type Type: Copy;
    fn load(stored: Self::Type) -> Self;
    fn store(self) -> Self::Type;
}

macro_rules! stored {
    ($($t:ty)*) => { $(impl Stored for $t {
        type Type = $t;
        #[inline(always)]
        fn load(stored: $t) -> $t { stored }
        #[inline(always)]
        fn store(self) -> $t { self }
    })* };
}

stored!(u8 i8 i16 i32 i64 f32 f64 Complex32 Complex64);

impl Stored for bool {
    type Type = u8;
    #[inline(always)]
    fn load(stored: u8) -> bool {
        stored != 0
    }
    #[inline(always)]
    fn store(self) -> u8 {
        self as u8
    }
}

// The table's literals are written once for float32 and float64, to the precision of the latter.
#[allow(clippy::excessive_precision, clippy::approx_constant)]
mod rows {
    use super::*;
    pyrite_core::elementwise_ops!(kernels);
}
pub use rows::block;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_op_has_a_kernel_for_its_domain() {
        for &op in Op::ALL {
            for dtype in DType::ALL.into_iter().filter(|d| d.compute() == *d) {
                assert_eq!(block(op, dtype).is_some(), op.domain().holds(dtype), "{op:?} {dtype:?}");
            }
        }
    }

    #[test]
    fn levels_give_the_same_bits() {
        let x: Vec<f32> = (0..1000).map(|i| (i as f32 - 500.0) * 0.173).collect();
        let mut results = Vec::new();
        for level in [Level::Baseline, Level::V3, Level::V4] {
            if level > crate::level::level() {
                continue;
            }
            let mut out = vec![0f32; x.len()];
            let p = x.as_ptr().cast();
            // SAFETY: both slices have 1000 elements.
            unsafe { rows::sigmoid::F32::block(level)(out.as_mut_ptr().cast(), p, p, p, x.len()) };
            results.push(out.iter().map(|v| v.to_bits()).collect::<Vec<_>>());
        }
        assert!(results.windows(2).all(|w| w[0] == w[1]));
    }
}
