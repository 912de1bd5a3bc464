//! Opens the devices, makes tensors, and compares what both computed.

use pyrite_core::tensor::Argument;
use pyrite_core::{Backend, DType, Op, Result, Scalar, Tensor};
use pyrite_cpu::CPU;
use pyrite_gpu::Gpu;

pub type Device = &'static dyn Backend;

/// A GPU of the test's own, so that it can count kernels; None where there is none and none is required.
pub fn gpu() -> Option<&'static Gpu> {
    match Gpu::open() {
        Ok(gpu) => Some(Box::leak(Box::new(gpu))),
        Err(error) if std::env::var_os("PYRITE_REQUIRE_GPU").is_none() => {
            eprintln!("skipped: {error}");
            None
        }
        Err(error) => panic!("PYRITE_REQUIRE_GPU is set, but {error}"),
    }
}

pub fn floats(values: &[f32], shape: &[usize], device: Device) -> Result<Tensor> {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_ne_bytes()).collect();
    Tensor::from_bytes(&bytes, shape, DType::F32, device)
}

pub fn integers(values: &[i32], shape: &[usize], device: Device) -> Result<Tensor> {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_ne_bytes()).collect();
    Tensor::from_bytes(&bytes, shape, DType::I32, device)
}

/// `count` floats between -3 and 3, no two alike.
pub fn ramp(count: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 7919 % count) as f32 + 0.37) / count as f32 * 6.0 - 3.0).collect()
}

pub fn apply(op: Op, tensors: &[&Tensor]) -> Result<Tensor> {
    let args: Vec<Argument<'_>> = tensors.iter().map(|t| Argument::Tensor(t)).collect();
    Tensor::elementwise(op, &args)
}

pub fn with_number(op: Op, tensor: &Tensor, number: f64) -> Result<Tensor> {
    Tensor::elementwise(op, &[Argument::Tensor(tensor), Argument::Scalar(Scalar::Float(number))])
}

pub fn to_floats(tensor: &Tensor) -> Vec<f32> {
    let bytes = tensor.to_bytes().unwrap();
    bytes.chunks_exact(4).map(|b| f32::from_ne_bytes(b.try_into().unwrap())).collect()
}

/// Floats in steps: neighbours are 1 apart, and both zeros are 0.
fn step(x: f32) -> i64 {
    let magnitude = i64::from(x.to_bits() & 0x7fff_ffff);
    if x.is_sign_negative() { -magnitude } else { magnitude }
}

/// How far apart two floats are, in units of the last place; NaNs are alike.
pub fn distance(a: f32, b: f32) -> i64 {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0,
        (false, false) => (step(a) - step(b)).abs(),
        _ => i64::MAX,
    }
}

/// Asserts that `f` gives the same tensor on both devices: the same bits where `ulps` is 0 (any NaN for NaN), else floats at
/// most that far apart.
pub fn assert_same(gpu: &'static Gpu, ulps: i64, f: impl Fn(Device) -> Result<Tensor>) {
    let (expected, actual) = (f(&CPU).unwrap(), f(gpu).unwrap());
    assert_eq!((expected.shape(), expected.dtype), (actual.shape(), actual.dtype));
    if expected.dtype != DType::F32 {
        assert_eq!(expected.to_bytes().unwrap(), actual.to_bytes().unwrap());
        return;
    }
    for (i, (a, b)) in to_floats(&expected).into_iter().zip(to_floats(&actual)).enumerate() {
        let same =
            if ulps == 0 { a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan() } else { distance(a, b) <= ulps };
        assert!(same, "element {i}: {a:e} on the CPU, {b:e} on the GPU, {} ulp apart", distance(a, b));
    }
}

/// Asserts that `f` gives floats on both devices that differ by at most `tolerance`.
pub fn assert_near(gpu: &'static Gpu, tolerance: f32, f: impl Fn(Device) -> Result<Tensor>) {
    let (expected, actual) = (f(&CPU).unwrap(), f(gpu).unwrap());
    assert_eq!((expected.shape(), expected.dtype), (actual.shape(), DType::F32));
    for (i, (a, b)) in to_floats(&expected).into_iter().zip(to_floats(&actual)).enumerate() {
        assert!((a - b).abs() <= tolerance, "element {i}: {a:e} on the CPU, {b:e} on the GPU");
    }
}
