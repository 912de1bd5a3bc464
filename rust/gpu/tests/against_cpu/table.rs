//! Every row of the op table that is built, in every dtype: compiled, run, and compared with the CPU on one grid.

use crate::compare::{Device, gpu, ramp};
use crate::numbers::{ALL, tensor, values};
use pyrite_core::tensor::Argument;
use pyrite_core::{DType, Op, Result, Tensor};
use pyrite_cpu::CPU;
use pyrite_gpu::Gpu;

/// Ops whose results are rounded alike everywhere.
const EXACT: [Op; 30] = [
    Op::copy,
    Op::add,
    Op::sub,
    Op::mul,
    Op::neg,
    Op::abs,
    Op::sign,
    Op::sgn,
    Op::square,
    Op::maximum,
    Op::minimum,
    Op::fmax,
    Op::fmin,
    Op::select,
    Op::relu,
    Op::heaviside,
    Op::threshold_backward,
    Op::floor,
    Op::ceil,
    Op::round,
    Op::trunc,
    Op::frac,
    Op::fmod,
    Op::remainder,
    Op::floor_divide,
    Op::copysign,
    Op::nextafter,
    Op::frexp_mantissa,
    Op::frexp_exponent,
    Op::conj,
];

/// How far a float32 may be from the CPU's: in units of the last place, or by how much. The second holds for ops whose terms
/// cancel, where the last places of the terms are all that is left of the result.
fn tolerance(op: Op) -> (f64, f64) {
    match op {
        _ if EXACT.contains(&op) => (0.0, 0.0),
        Op::pow => (16.0, 0.0),
        Op::logaddexp | Op::logaddexp2 | Op::gelu_tanh => (4.0, 1e-6),
        Op::lgamma | Op::digamma => (4.0, 4e-6),
        Op::bessel_j0 | Op::bessel_j1 | Op::bessel_y0 | Op::bessel_y1 | Op::airy_ai => (8.0, 5e-7),
        Op::igamma | Op::igammac => (8.0, 1e-6),
        Op::zeta => (16.0, 0.0),
        _ if op.name().contains("modified_bessel_k") => (8.0, 0.0),
        Op::ndtri => (16.0, 0.0),
        _ if op.name().contains("polynomial") => (64.0, 1e-3),
        Op::gelu => (6.0, 0.0),
        _ => (4.0, 0.0),
    }
}

/// The same for float64. The CPU's erfcx, for one, loses what squares lose, and its incomplete gamma functions cancel.
fn tolerance_of_float64(op: Op) -> (f64, f64) {
    let (ulps, absolute) = match op {
        Op::erfcx => (1000.0, 0.0),
        Op::igamma | Op::igammac => (16.0, 2e-5),
        Op::zeta => (64.0, 0.0),
        _ if op.name().contains("modified_bessel_k") => (32.0, 0.0),
        _ => tolerance(op),
    };
    (ulps, absolute * 2f64.powi(-29))
}

/// Numbers of every size and kind that ops treat in their own ways.
const SPECIAL: [f64; 36] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    -2.0,
    0.5,
    -0.5,
    3.0,
    -3.0,
    7.0,
    -8.0,
    0.1,
    -0.3,
    1.5,
    2.5,
    -2.5,
    13.0,
    -17.0,
    31.0,
    32.0,
    33.0,
    64.0,
    89.5,
    -100.0,
    127.0,
    1000.25,
    -5000.0,
    32767.0,
    1e-3,
    -1e-6,
    3e-5,
    1e6,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// The operands' values: one list for ops of one operand, all pairs of a list for more.
fn grid(op: Op, dtype: DType) -> Vec<Vec<f64>> {
    let arity = op.arity();
    if op.name().contains("polynomial") {
        let (x, n) = (ramp(60), (0..9).map(f64::from));
        let pairs: Vec<(f64, f64)> = n.flat_map(|n| x.iter().map(move |&x| (f64::from(x) / 2.0, n))).collect();
        return vec![pairs.iter().map(|pair| pair.0).collect(), pairs.iter().map(|pair| pair.1).collect()];
    }
    let holds = |x: &f64| dtype.is_float() || x.is_finite();
    let mut one: Vec<f64> = SPECIAL.into_iter().filter(holds).collect();
    if arity == 1 {
        one.extend(ramp(3000).iter().map(|&x| f64::from(x)));
        one.extend((0..2000).map(|i| (-12.0 + f64::from(i) * 0.011_3).exp()));
        one.extend((0..2000).map(|i| -(-12.0 + f64::from(i) * 0.009_7).exp()));
        one.extend((0..500).map(|i| f64::from(i) * 0.002 - 0.5 + 1e-4));
        return vec![one];
    }
    if matches!(op, Op::igamma | Op::igammac | Op::zeta) {
        one.extend((0..80).map(|i| 0.05 * 1.14f64.powi(i)));
    }
    one.extend(ramp(40).iter().map(|&x| f64::from(x)));
    if dtype.is_float() {
        one.extend([1e20, -1e20, 1e-20, 3e30, 1e-30]);
    }
    let n = one.len();
    let pick = |k: usize, i: usize| match k {
        0 => one[i / n],
        1 => one[i % n],
        _ => one[(i * 7 + i / n) % n],
    };
    (0..arity).map(|k| (0..n * n).map(|i| pick(k, i)).collect()).collect()
}

fn run(op: Op, dtype: DType, operands: &[Vec<f64>], on: Device) -> Result<Tensor> {
    let is_division = op.is_fallible(dtype);
    let tensors: Vec<Tensor> = operands
        .iter()
        .enumerate()
        .map(|(i, x)| {
            let kept: Vec<f64> = match is_division && i == 1 {
                true => x.iter().map(|&x| if x.trunc() as i64 & 0xff == 0 { 3.0 } else { x }).collect(),
                false => x.clone(),
            };
            tensor(&kept, &[x.len()], op.operand(i, dtype), on)
        })
        .collect::<Result<_>>()?;
    let args: Vec<_> = tensors.iter().map(Argument::Tensor).collect();
    Tensor::elementwise_in(op, dtype, &args)
}

/// The distance between neighbours of a dtype near x.
fn unit(x: f64, dtype: DType) -> f64 {
    let digits = match dtype {
        DType::F64 => 53,
        DType::F32 => 24,
        DType::F16 => 11,
        DType::BF16 => 8,
        _ => return 1.0,
    };
    let smallest = if dtype == DType::F16 { -14 } else { -126 };
    let exponent = if x == 0.0 { smallest } else { (x.abs().log2().floor() as i32).max(smallest) };
    2f64.powi(exponent + 1 - digits)
}

/// Whether the CPU's own error explains a difference: the steps that igamma integrates over are too small for a huge argument,
/// and below 0 the terms of zeta cancel.
fn is_lost_on_the_cpu(op: Op, operands: &[Vec<f64>], i: usize, difference: f64) -> bool {
    match op {
        Op::igamma | Op::igammac => operands[0][i] > 1e20,
        Op::zeta => operands[1][i] < 0.0 && difference <= 2e-6,
        _ => false,
    }
}

/// What is wrong with an op in a dtype, in words.
fn complaint(op: Op, dtype: DType, gpu: &'static Gpu) -> Option<String> {
    let operands = grid(op, dtype);
    let expected = values(&run(op, dtype, &operands, &CPU).unwrap());
    let actual = match run(op, dtype, &operands, gpu).and_then(|tensor| tensor.to_bytes().map(|_| values(&tensor))) {
        Ok(actual) => actual,
        Err(error) => return Some(format!("{} of {}: {error}", op.name(), dtype.name())),
    };
    let result = op.result(dtype);
    let (ulps, absolute) = match dtype {
        DType::F16 | DType::BF16 if tolerance(op) != (0.0, 0.0) => (1.0, tolerance(op).1),
        DType::F64 => tolerance_of_float64(op),
        _ if dtype.is_integral() => (0.0, 0.0),
        _ => tolerance(op),
    };
    let mut worst = (0.0, String::new());
    for (i, (a, b)) in expected.into_iter().zip(actual).enumerate() {
        let tiny = if dtype == DType::F64 { 2.3e-308 } else { 1.2e-38 };
        if a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= absolute || a.abs().max(b.abs()) <= tiny {
            continue;
        }
        // An overflow of int8 and int16 has the sign that PyTorch gives it, which is not the CPU's.
        if op == Op::lcm && a == -b {
            continue;
        }
        if is_lost_on_the_cpu(op, &operands, i, (a - b).abs()) {
            continue;
        }
        let both_finite = a.is_finite() && b.is_finite();
        let off = if both_finite { (a - b).abs() / unit(a, result) } else { f64::INFINITY };
        if off > worst.0 {
            let inputs: Vec<f64> = operands.iter().map(|x| x[i]).collect();
            worst = (off, format!("{inputs:?}: {a:e} on the CPU, {b:e} on the GPU"));
        }
    }
    println!("{:32} {:9} {:.2} ulp  {}", op.name(), dtype.name(), worst.0, worst.1);
    (worst.0 > ulps).then(|| format!("{} of {}: {:.1} ulp at {}", op.name(), dtype.name(), worst.0, worst.1))
}

#[test]
fn every_built_op_agrees_with_the_cpu() {
    let Some(gpu) = gpu() else { return };
    let mut complaints = Vec::new();
    for dtype in ALL.into_iter().filter(|&dtype| gpu.supports(dtype)) {
        let built: Vec<Op> = Op::ALL.iter().copied().filter(|&op| gpu.computes(op, dtype)).collect();
        println!("{}: {} ops", dtype.name(), built.len());
        complaints.extend(built.into_iter().filter_map(|op| complaint(op, dtype, gpu)));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
