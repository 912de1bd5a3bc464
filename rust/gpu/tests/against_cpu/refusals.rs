//! What is not built, or does not fit, is refused in words; nothing panics and nothing is computed wrongly.

use crate::compare::{apply, floats, gpu};
use pyrite_core::random::{Draw, Law};
use pyrite_core::{Backend, DType, Op, Reduction, Scalar, Tensor};
use pyrite_cpu::CPU;

#[test]
fn families_that_are_not_built_say_so() {
    let Some(gpu) = gpu() else { return };
    let draw = Draw { law: Law::Normal { mean: 0.0, std: 1.0 }, dtype: DType::C64, numel: 4, seed: 1, offset: 0 };
    let error = gpu.random(&draw).err().unwrap().to_string();
    assert!(error.starts_with("gpu: drawing complex64 is not built yet"), "{error}");
}

#[test]
fn a_device_without_64_bit_floats_names_the_op_and_the_dtype() {
    let Some(gpu) = gpu() else { return };
    for (dtype, name) in [(DType::F64, "float64"), (DType::C128, "complex128")] {
        let x = Tensor::from_bytes(&vec![0; 4 * dtype.size()], &[4], dtype, gpu).unwrap();
        let (exp, sum) = (apply(Op::exp, &[&x]).and_then(|y| y.to_bytes()), x.reduce(Reduction::Sum, None, false));
        if gpu.supports(dtype) {
            assert!(exp.is_ok() && sum.is_ok());
            continue;
        }
        for (error, what) in [(exp.unwrap_err(), "exp"), (sum.err().unwrap(), "reduction")] {
            let error = error.to_string();
            let is_named =
                error.starts_with("gpu: ") && error.contains(&format!("{what} of {name} is not available on"));
            assert!(is_named && error.contains(".cpu()"), "{error}");
        }
    }
}

#[test]
fn memory_of_another_device_is_refused() {
    let Some(gpu) = gpu() else { return };
    let (here, there) = (floats(&[1.0, 2.0], &[2], &CPU).unwrap(), floats(&[1.0, 2.0], &[2], gpu).unwrap());
    assert!(apply(Op::add, &[&there, &here]).and_then(|t| t.to_bytes()).is_err());
    assert!(apply(Op::add, &[&here, &there]).and_then(|t| t.to_bytes()).is_err());
}

#[test]
fn a_tensor_that_no_buffer_can_hold_is_refused() {
    let Some(gpu) = gpu() else { return };
    assert!(gpu.allocate(gpu.capacity() + 1).is_err());
    assert!(Tensor::full(&[gpu.capacity()], Scalar::Float(0.0), DType::F32, gpu).is_err());
}
