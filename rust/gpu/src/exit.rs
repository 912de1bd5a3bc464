//! What is left to do when the process ends.
#![allow(unsafe_code)]

unsafe extern "C" {
    fn atexit(callback: extern "C" fn()) -> i32;
}

/// Runs `callback` when the process ends normally, before what was registered earlier: a driver that is open by now is still there.
pub fn run_at_exit(callback: extern "C" fn()) {
    // SAFETY: the function lives as long as the process, since extension modules are never unloaded.
    unsafe { atexit(callback) };
}
