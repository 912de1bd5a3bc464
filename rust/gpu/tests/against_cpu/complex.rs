//! Complex numbers: every op that has them, casts, sums, scans, products, and writes by index, as on the CPU.

use crate::compare::{Device, gpu};
use crate::numbers::{tensor, values, whole};
use pyrite_core::tensor::Argument;
use pyrite_core::{Combine, DType, Op, Reduction, Result, Scalar, Scan, Tensor};
use pyrite_cpu::CPU;
use pyrite_gpu::Gpu;

const PARTS: [f64; 15] = [0.0, -0.0, 1.0, -1.0, 0.5, -0.25, 2.0, -3.5, 1e-3, -7.0, 0.1, 12.0, -40.0, 1e6, 1e-9];

fn dtypes(gpu: &Gpu) -> impl Iterator<Item = DType> {
    [DType::C64, DType::C128].into_iter().filter(|&dtype| gpu.supports(dtype))
}

/// Complex numbers with these parts, one after the other.
fn numbers(parts: &[f64], shape: &[usize], dtype: DType, on: Device) -> Result<Tensor> {
    let shape: Vec<usize> = shape.iter().copied().chain([2]).collect();
    let there = tensor(parts, &shape, dtype.real(), &CPU)?.view_as_complex()?;
    Tensor::from_bytes(&there.to_bytes()?, there.shape(), dtype, on)
}

fn grid() -> Vec<[f64; 2]> {
    PARTS.iter().flat_map(|&x| PARTS.iter().map(move |&y| [x, y])).collect()
}

/// The numbers behind a tensor: parts of complex ones in pairs.
fn parts(tensor: &Tensor) -> Vec<f64> {
    let there = Tensor::from_bytes(&tensor.to_bytes().unwrap(), tensor.shape(), tensor.dtype, &CPU).unwrap();
    if there.dtype.is_complex() { values(&there.view_as_real().unwrap()) } else { values(&there) }
}

/// What differs by more than `tolerance` times the number's size, or times `least`.
fn difference(expected: &Tensor, actual: &Tensor, tolerance: f64, least: f64) -> Option<String> {
    let width = if expected.dtype.is_complex() { 2 } else { 1 };
    let (expected, actual) = (parts(expected), parts(actual));
    let pairs = expected.chunks_exact(width).zip(actual.chunks_exact(width)).enumerate();
    let off = |(_, (a, b)): &(usize, (&[f64], &[f64]))| {
        let size = a.iter().fold(least, |size, x| size.max(x.abs()));
        !a.iter().zip(*b).all(|(x, y)| x == y || x.is_nan() && y.is_nan() || (x - y).abs() <= tolerance * size)
    };
    pairs.into_iter().find(off).map(|(i, (a, b))| format!("element {i} is {a:?} on the CPU, {b:?} on the GPU"))
}

/// An op of numbers of all sizes; powers, whose angles grow with them, of small ones.
fn apply(op: Op, dtype: DType, on: Device) -> Result<Tensor> {
    let most = if matches!(op, Op::pow | Op::exp2) { 4.0 } else { f64::INFINITY };
    let z: Vec<[f64; 2]> = grid().into_iter().filter(|z| z.iter().all(|x| x.abs() <= most)).collect();
    let n = z.len();
    let operand = |k: usize| -> Vec<f64> { (0..n * 7).flat_map(|i| z[(i * [1, 11, 29][k] + i / n) % n]).collect() };
    let tensors = (0..op.arity()).map(|k| match op.is_condition(k) {
        true => tensor(&operand(k)[..n * 7], &[n * 7], DType::Bool, on),
        false => numbers(&operand(k), &[n * 7], dtype, on),
    });
    let tensors = tensors.collect::<Result<Vec<_>>>()?;
    Tensor::elementwise_in(op, dtype, &tensors.iter().map(Argument::Tensor).collect::<Vec<_>>())
}

#[test]
fn every_op_agrees_with_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for dtype in dtypes(gpu) {
        let ops: Vec<Op> = Op::ALL.iter().copied().filter(|op| op.domain().holds(dtype)).collect();
        assert!(ops.len() > 30 && ops.iter().all(|&op| gpu.computes(op, dtype)));
        let rounding = if dtype == DType::C64 { 6e-8 } else { 1.1e-16 };
        let complaints = ops.into_iter().filter_map(|op| {
            let tolerance = rounding * if op == Op::pow { 400.0 } else { 60.0 };
            let (expected, actual) = (apply(op, dtype, &CPU).unwrap(), apply(op, dtype, gpu).unwrap());
            let complaint = difference(&expected, &actual, tolerance, 1e-37)?;
            Some(format!("{} of {}: {complaint}", op.name(), dtype.name()))
        });
        let complaints: Vec<String> = complaints.collect();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
}

#[test]
fn casts_numbers_and_views_agree_with_the_cpu() {
    let Some(gpu) = gpu() else { return };
    let x: Vec<f64> = PARTS.iter().chain(&[3.0]).copied().collect();
    for dtype in dtypes(gpu) {
        for other in DType::ALL.into_iter().filter(|&other| gpu.supports(other)) {
            let there = |on| numbers(&x, &[8], dtype, on)?.to_dtype(other);
            assert_eq!(difference(&there(&CPU).unwrap(), &there(gpu).unwrap(), 0.0, 0.0), None, "{}", other.name());
            let back = |on| tensor(&x, &[16], other.real(), on)?.to_dtype(dtype);
            assert_eq!(difference(&back(&CPU).unwrap(), &back(gpu).unwrap(), 0.0, 0.0), None, "{}", other.name());
        }
        let scaled = |on| {
            let number = Scalar::Float(-1.5);
            let z = numbers(&x, &[8], dtype, on)?;
            let y = Tensor::elementwise_in(Op::mul, dtype, &[Argument::Tensor(&z), Argument::Scalar(number)])?;
            let real = y.view_as_real()?;
            let turned = real.with_layout(real.layout.transpose(0, 1)?);
            Tensor::elementwise_in(Op::neg, dtype.real(), &[Argument::Tensor(&turned)])
        };
        assert_eq!(difference(&scaled(&CPU).unwrap(), &scaled(gpu).unwrap(), 1e-6, 0.0), None);
    }
}

#[test]
fn sums_scans_products_and_indices_agree_with_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for dtype in dtypes(gpu) {
        let check = |what: &str, tolerance: f64, f: &dyn Fn(Device) -> Result<Tensor>| {
            let (expected, actual) = (f(&CPU).unwrap(), f(gpu).unwrap_or_else(|error| panic!("{what}: {error}")));
            assert_eq!(difference(&expected, &actual, tolerance, 1.0), None, "{what} of {}", dtype.name());
        };
        for (shape, axis) in [([70, 9], 1), ([9, 70], 0), ([3, 20_000], 1)] {
            let x = whole(2 * shape[0] * shape[1], 40);
            for kind in [Reduction::Sum, Reduction::Any, Reduction::All] {
                check("a reduction", 0.0, &|on| numbers(&x, &shape, dtype, on)?.reduce(kind, Some(&[axis]), false));
            }
            check("a running sum", 0.0, &|on| Ok(numbers(&x, &shape, dtype, on)?.scan(Scan::Sum, axis)?.0));
        }
        let signs: Vec<f64> = whole(2 * 3 * 50, 1);
        check("a product", 0.0, &|on| numbers(&signs, &[50, 3], dtype, on)?.reduce(Reduction::Prod, Some(&[0]), false));
        check("a running product", 0.0, &|on| Ok(numbers(&signs, &[50, 3], dtype, on)?.scan(Scan::Prod, 0)?.0));
        for [m, n, k] in [[1, 30, 900], [20, 1, 90], [33, 35, 17]] {
            let (a, b) = (whole(4 * m * k, 9), whole(4 * n * k, 9));
            check("a matrix product", 0.0, &|on| {
                numbers(&a, &[2, m, k], dtype, on)?.matmul(&numbers(&b, &[2, k, n], dtype, on)?)
            });
        }
        for how in [Combine::Set, Combine::Add, Combine::Mul] {
            let source = whole(2 * 3 * 6, 4);
            check("a scatter", 0.0, &|on| {
                let target = numbers(&whole(2 * 3 * 4, 4), &[3, 4], dtype, on)?;
                let places = tensor(&[0., 3., 3., 1., 0., 2.].repeat(3), &[3, 6], DType::I64, on)?;
                target.scatter(1, &places, &numbers(&source, &[3, 6], dtype, on)?, how)?;
                Ok(target)
            });
        }
    }
}
