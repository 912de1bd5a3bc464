//! What is not built, or does not fit, is refused in words; nothing panics and nothing is computed wrongly.

use crate::compare::{apply, floats, gpu};
use pyrite_core::{Backend, DType, Op, Reduction, Scalar, Scan, Tensor};
use pyrite_cpu::CPU;

#[test]
fn families_that_are_not_built_say_so() {
    let Some(gpu) = gpu() else { return };
    let x = Tensor::from_bytes(&[0; 64], &[4, 2], DType::C64, gpu).unwrap();
    let y = Tensor::from_bytes(&[0; 32], &[4], DType::F64, gpu).unwrap();
    let refused = [
        x.reduce(Reduction::Sum, None, false).unwrap_err(),
        x.scan(Scan::Sum, 0).unwrap_err(),
        y.scan(Scan::LogSumExp, 0).unwrap_err(),
    ];
    let names = ["the reduction Sum of complex64", "the scan Sum of complex64", "the scan LogSumExp of float64"];
    for (error, name) in refused.iter().zip(names) {
        assert!(error.to_string().starts_with(&format!("gpu: {name} is not built yet")), "{error}");
    }
}

#[test]
fn dtypes_that_are_not_built_say_so() {
    let Some(gpu) = gpu() else { return };
    let x = Tensor::full(&[4], Scalar::Float(1.0), DType::C64, gpu).unwrap();
    let error = x.to_bytes().unwrap_err().to_string();
    assert!(error.contains("complex64"), "{error}");
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
