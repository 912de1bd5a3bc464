//! Deferred chains: what they compute, how many kernels they take, and how their inputs are read.

use crate::compare::{Device, apply, assert_same, distance, floats, gpu, integers, ramp, to_floats, with_number};
use pyrite_core::{DType, Op, Result, Scalar, Tensor};

/// (|x| * 0.5 + y - 1) * y, larger of that and x, below zero set to 0: exactly rounded ops only.
fn exact_chain(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let t = with_number(Op::mul, &apply(Op::abs, &[x])?, 0.5)?;
    let t = with_number(Op::sub, &apply(Op::add, &[&t, y])?, 1.0)?;
    let t = apply(Op::maximum, &[&apply(Op::mul, &[&t, y])?, x])?;
    apply(Op::relu, &[&t])
}

/// tanh(sigmoid(x) * y) + log(e^x + 1) / sqrt(|y| + 2)
fn smooth_chain(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let left = apply(Op::tanh, &[&apply(Op::mul, &[&apply(Op::sigmoid, &[x])?, y])?])?;
    let top = apply(Op::log, &[&with_number(Op::add, &apply(Op::exp, &[x])?, 1.0)?])?;
    let bottom = apply(Op::sqrt, &[&with_number(Op::add, &apply(Op::abs, &[y])?, 2.0)?])?;
    apply(Op::add, &[&left, &apply(Op::div, &[&top, &bottom])?])
}

#[test]
fn a_chain_is_one_kernel_and_runs_when_it_is_read() {
    let Some(gpu) = gpu() else { return };
    for count in [1, 255, 256, 257, 100_003] {
        let (x, y) = (ramp(count), ramp(count + 1)[1..].to_vec());
        let before = gpu.dispatches();
        let chain = exact_chain(&floats(&x, &[count], gpu).unwrap(), &floats(&y, &[count], gpu).unwrap()).unwrap();
        assert!(chain.is_pending());
        assert_eq!(gpu.dispatches(), before);
        to_floats(&chain);
        assert_eq!(gpu.dispatches(), before + 1);
        assert_same(gpu, 0, |on| exact_chain(&floats(&x, &[count], on)?, &floats(&y, &[count], on)?));
    }
    assert_eq!(gpu.kernels(), 1, "sizes are no part of a kernel");
}

#[test]
fn functions_agree_within_4_ulp() {
    let Some(gpu) = gpu() else { return };
    let (x, y) = (ramp(5000), ramp(5001)[1..].to_vec());
    let chain = smooth_chain(&floats(&x, &[5000], gpu).unwrap(), &floats(&y, &[5000], gpu).unwrap()).unwrap();
    to_floats(&chain);
    assert_eq!(gpu.dispatches(), 1);
    for op in [
        Op::exp,
        Op::expm1,
        Op::tanh,
        Op::sigmoid,
        Op::silu,
        Op::softplus,
        Op::sqrt,
        Op::log,
        Op::log1p,
        Op::reciprocal,
    ] {
        let inputs: Vec<f32> =
            (0..=4000).map(|i| (i - 2000) as f32 * 0.01).chain(ramp(1000).iter().map(|x| x * 1e-3)).collect();
        assert_same(gpu, 4, |on| apply(op, &[&floats(&inputs, &[5001], on)?]));
    }
}

#[test]
fn strided_inputs_are_read_in_place() {
    let Some(gpu) = gpu() else { return };
    let values = ramp(6 * 35);
    let strided = |on: Device| -> Result<Tensor> {
        let base = floats(&values, &[6, 35], on)?;
        let view = |layout| base.with_layout(layout);
        let transposed = view(base.layout.slice(1, 3, 6, 5)?.transpose(0, 1)?);
        let part = view(base.layout.slice(1, 1, 6, 2)?);
        let column = view(base.layout.select(1, 4)?.unsqueeze(1)?);
        let row = view(base.layout.slice(1, 2, 6, 1)?.select(0, 5)?);
        let sum = apply(Op::add, &[&transposed, &part])?;
        apply(Op::sub, &[&apply(Op::mul, &[&sum, &column])?, &row])
    };
    strided(gpu).unwrap().operand().unwrap();
    assert_eq!(gpu.dispatches(), 1);
    assert_same(gpu, 0, strided);
}

#[test]
fn results_keep_the_order_of_permuted_inputs() {
    let Some(gpu) = gpu() else { return };
    let f = |on: Device| {
        let base = floats(&ramp(24), &[2, 3, 4], on)?;
        let permuted = base.with_layout(base.layout.permute(&[2, 0, 1])?);
        with_number(Op::add, &permuted, 1.0)
    };
    assert_eq!(f(gpu).unwrap().layout, f(&pyrite_cpu::CPU).unwrap().layout);
    assert_same(gpu, 0, f);
}

#[test]
fn reversed_axes_are_read_backwards() {
    let Some(gpu) = gpu() else { return };
    assert_same(gpu, 0, |on| floats(&ramp(60), &[3, 4, 5], on)?.flip(&[0, 2]));
}

#[test]
fn six_broadcast_axes_are_read() {
    let Some(gpu) = gpu() else { return };
    assert_same(gpu, 0, |on| {
        let x = floats(&ramp(2 * 4 * 3), &[2, 1, 4, 1, 3, 1], on)?;
        let y = floats(&ramp(3 * 2 * 5), &[1, 3, 1, 2, 1, 5], on)?;
        apply(Op::mul, &[&x, &y])
    });
}

#[test]
fn dtypes_are_cast_within_a_kernel() {
    let Some(gpu) = gpu() else { return };
    let mixed = |on: Device| {
        let x = floats(&[-2.75, -0.5, 0.0, 0.5, 2.75, 3e9, -3e9, f32::NAN], &[8], on)?;
        let n = integers(&[3, -4, 5, i32::MIN, i32::MAX, 1 << 30, 7, 8], &[8], on)?;
        let sum = apply(Op::add, &[&x, &n])?;
        let wrapped = apply(Op::mul, &[&n, &n])?;
        apply(Op::sub, &[&x.to_dtype(DType::I32)?, &apply(Op::add, &[&wrapped, &sum.to_dtype(DType::I32)?])?])
    };
    to_floats(&mixed(gpu).unwrap());
    assert_eq!(gpu.dispatches(), 1);
    assert_same(gpu, 0, mixed);
}

#[test]
fn bools_are_stored_in_bytes() {
    let Some(gpu) = gpu() else { return };
    for count in [1, 2, 3, 4, 5, 1022, 3001] {
        let below = |on: Device| apply(Op::lt, &[&floats(&ramp(count), &[count], on)?, &floats(&[0.1], &[1], on)?]);
        assert_same(gpu, 0, below);
        assert_same(gpu, 0, |on| {
            let mask = below(on)?;
            mask.operand()?;
            let (x, one) = (floats(&ramp(count), &[count], on)?, floats(&[1.0], &[], on)?);
            apply(Op::select, &[&apply(Op::logical_not, &[&mask])?, &x, &one])
        });
    }
}

#[test]
fn nan_and_infinity_go_where_they_go_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    let special = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1.0, -1.0, f32::MAX, f32::MIN_POSITIVE];
    let n = special.len();
    for op in [
        Op::maximum,
        Op::minimum,
        Op::add,
        Op::mul,
        Op::fmax,
        Op::eq,
        Op::ne,
        Op::lt,
        Op::ge,
        Op::logical_and,
        Op::copysign,
    ] {
        assert_same(gpu, 0, |on| {
            let x = floats(&special, &[n, 1], on)?;
            apply(op, &[&x, &floats(&special, &[n], on)?])?.to_dtype(DType::F32)
        });
    }
    for op in [
        Op::relu,
        Op::isnan,
        Op::isfinite,
        Op::sign,
        Op::abs,
        Op::neg,
        Op::logical_not,
        Op::exp,
        Op::log,
        Op::tanh,
        Op::sqrt,
    ] {
        assert_same(gpu, 4, |on| apply(op, &[&floats(&special, &[n], on)?])?.to_dtype(DType::F32));
    }
}

#[test]
fn values_that_are_still_held_become_outputs_of_the_same_kernel() {
    let Some(gpu) = gpu() else { return };
    let x = floats(&ramp(300), &[300], gpu).unwrap();
    let double = apply(Op::add, &[&x, &x]).unwrap();
    let mask = with_number(Op::lt, &double, 0.5).unwrap();
    let kept = apply(Op::select, &[&mask, &double, &x]).unwrap();
    to_floats(&kept);
    assert_eq!(gpu.dispatches(), 1);
    assert!(!double.is_pending() && !mask.is_pending());
    for (x, d) in ramp(300).iter().zip(to_floats(&double)) {
        assert_eq!(distance(x + x, d), 0);
    }
    assert_eq!(gpu.dispatches(), 1);
}

#[test]
fn more_workgroups_than_one_axis_of_a_grid_holds() {
    let Some(gpu) = gpu() else { return };
    let count = 65_535 * 256 + 300;
    let ones = Tensor::full(&[count], Scalar::Float(1.0), DType::F32, gpu).unwrap();
    let last = ones.with_layout(ones.layout.slice(0, count - 1, 1, 1).unwrap());
    assert_eq!(last.item().unwrap(), Scalar::Float(1.0));
    let sum = ones.reduce(pyrite_core::Reduction::Sum, None, false).unwrap();
    assert_eq!(sum.item().unwrap(), Scalar::Float(count as f64));
}
