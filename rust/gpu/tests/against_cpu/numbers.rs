//! Tensors of every dtype from the same numbers on both devices, and their comparison.

use crate::compare::Device;
use pyrite_core::{DType, Result, Tensor};
use pyrite_cpu::CPU;
use pyrite_gpu::Gpu;

pub const ALL: [DType; 10] = [
    DType::Bool,
    DType::U8,
    DType::I8,
    DType::I16,
    DType::I32,
    DType::I64,
    DType::F16,
    DType::BF16,
    DType::F32,
    DType::F64,
];

/// Whether the device computes in `dtype`, rather than only stores it: WebGPU's default device has no float64.
pub fn is_computed(dtype: DType) -> bool {
    let has_least = std::env::var("PYRITE_GPU_LIMITS").is_ok_and(|limits| limits == "webgpu");
    !has_least || dtype != DType::F64
}

/// A tensor of `dtype`, converted on the CPU.
pub fn tensor(values: &[f64], shape: &[usize], dtype: DType, on: Device) -> Result<Tensor> {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_ne_bytes()).collect();
    let there = Tensor::from_bytes(&bytes, shape, DType::F64, &CPU)?.to_dtype(dtype)?;
    Tensor::from_bytes(&there.to_bytes()?, shape, dtype, on)
}

/// Whole numbers from -`most` to `most`, in no order and with many ties.
pub fn whole(count: usize, most: i64) -> Vec<f64> {
    let mut state = 12345u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as i64
    };
    (0..count).map(|_| (next() % (2 * most + 1) - most) as f64).collect()
}

pub fn values(tensor: &Tensor) -> Vec<f64> {
    let there = Tensor::from_bytes(&tensor.to_bytes().unwrap(), tensor.shape(), tensor.dtype, &CPU).unwrap();
    let bytes = there.to_dtype(DType::F64).unwrap().to_bytes().unwrap();
    bytes.chunks_exact(8).map(|b| f64::from_ne_bytes(b.try_into().unwrap())).collect()
}

/// Asserts that `f` gives numbers on both devices that differ by at most `tolerance` times their size, or times 1.
pub fn assert_agree(gpu: &'static Gpu, tolerance: f64, what: &str, f: impl Fn(Device) -> Result<Tensor>) {
    let (expected, actual) = (f(&CPU).unwrap(), f(gpu).unwrap_or_else(|error| panic!("{what}: {error}")));
    assert_eq!((expected.shape(), expected.dtype), (actual.shape(), actual.dtype), "{what}");
    for (i, (a, b)) in values(&expected).into_iter().zip(values(&actual)).enumerate() {
        let same = a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= tolerance * a.abs().max(1.0);
        assert!(same, "{what}: element {i} is {a:e} on the CPU, {b:e} on the GPU");
    }
}
