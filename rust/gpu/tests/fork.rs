//! A child process that inherits an open GPU is told so, instead of hanging in the driver.
#![cfg(unix)]
#![allow(unsafe_code)]

use pyrite_core::{DType, Tensor};

unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(status: i32) -> !;
}

#[test]
fn a_forked_child_is_refused() {
    let gpu = match pyrite_gpu::backend() {
        Ok(gpu) => gpu,
        Err(error) => {
            assert!(std::env::var_os("PYRITE_REQUIRE_GPU").is_none(), "{error}");
            return;
        }
    };
    let x = Tensor::from_bytes(&[1, 2, 3, 4], &[4], DType::U8, gpu).unwrap();
    // SAFETY: the child only reads memory of its own and ends without running destructors; the parent waits for it.
    let status = unsafe {
        let child = fork();
        if child == 0 {
            let is_refused = x.to_bytes().is_err_and(|error| error.to_string().contains("forked subprocess"));
            _exit(if is_refused { 7 } else { 1 });
        }
        let mut status = 0;
        assert_eq!(waitpid(child, &mut status, 0), child);
        status
    };
    assert_eq!(status >> 8, 7);
    assert_eq!(x.to_bytes().unwrap(), [1, 2, 3, 4]);
}
