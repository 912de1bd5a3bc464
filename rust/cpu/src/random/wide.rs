//! Runs a loop compiled for the widest vectors that this machine has.
#![allow(unsafe_code)]

use crate::level::{Level, level};

/// Runs `work`, whose code is compiled once more for each CPU level if all that it calls is inlined.
#[inline(always)]
pub(super) fn wide<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if level() >= Level::V3 {
        // SAFETY: the level says that the CPU has these features.
        return unsafe { v3(work) };
    }
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn v3<R>(work: impl FnOnce() -> R) -> R {
    work()
}
