//! The CPU features that kernels are chosen by, read once.

use std::sync::OnceLock;

/// A set of features that a kernel may be compiled for; each includes the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every CPU of the architecture has.
    Baseline,
    /// x86-64 with AVX2, FMA and F16C.
    V3,
    /// x86-64 with AVX-512 F, BW, DQ and VL as well.
    V4,
}

/// The best level of this machine, or a lower one that `PYRITE_CPU=baseline|v3|v4` asks for.
pub fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| {
        let asked = match std::env::var("PYRITE_CPU").as_deref() {
            Ok("baseline") => Level::Baseline,
            Ok("v3") => Level::V3,
            _ => Level::V4,
        };
        asked.min(detected())
    })
}

#[cfg(target_arch = "x86_64")]
fn detected() -> Level {
    let v3 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c");
    let v4 = v3
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl");
    match (v3, v4) {
        (_, true) => Level::V4,
        (true, _) => Level::V3,
        _ => Level::Baseline,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detected() -> Level {
    Level::Baseline
}

/// Defines an unsafe function that is compiled for the baseline and for AVX2, and runs at what this machine has: for loops
/// that memory bounds, where wider registers gain nothing. What it calls must be inlined.
macro_rules! vectorized {
    ($(#[$doc:meta])* $vis:vis unsafe fn $name:ident<$($G:ident: $Bound:path),*>($($arg:ident: $A:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        $vis unsafe fn $name<$($G: $Bound),*>($($arg: $A),*) {
            #[inline(always)]
            unsafe fn apply<$($G: $Bound),*>($($arg: $A),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,f16c")]
            unsafe fn v3<$($G: $Bound),*>($($arg: $A),*) {
                // SAFETY: passed on.
                unsafe { apply::<$($G),*>($($arg),*) }
            }

            #[cfg(target_arch = "x86_64")]
            if $crate::level::level() >= $crate::level::Level::V3 {
                // SAFETY: the level says that this machine has the features; the rest is passed on.
                return unsafe { v3::<$($G),*>($($arg),*) };
            }
            // SAFETY: passed on.
            unsafe { apply::<$($G),*>($($arg),*) }
        }
    };
}
pub(crate) use vectorized;
