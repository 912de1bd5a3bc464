//! Every row of the op table that is built: compiled, run, and compared with the CPU.

use crate::compare::{Device, apply, assert_near, assert_same, floats, gpu, integers, ramp};
use pyrite_core::{DType, Op, Result, Tensor};
use pyrite_gpu::is_built;

/// Ops whose results are rounded alike everywhere; the others may differ by 4 ulp.
const EXACT: [Op; 12] = [
    Op::copy,
    Op::add,
    Op::sub,
    Op::mul,
    Op::neg,
    Op::abs,
    Op::maximum,
    Op::minimum,
    Op::select,
    Op::relu,
    Op::floor,
    Op::round,
];

/// Ops that add terms of opposite signs, near 1 in size: where these cancel, their last places are all that is left.
const CANCELLING: [Op; 2] = [Op::logaddexp, Op::gelu_tanh];

/// As many operands as `op` has, with equal pairs, both signs and shifts within and beyond the bits.
fn operands(op: Op, dtype: DType, on: Device) -> Result<Vec<Tensor>> {
    const COUNT: usize = 1200;
    let operand = |i: usize| -> Result<Tensor> {
        let values: Vec<f32> =
            ramp(COUNT + i)[i..].iter().map(|x| if i == 0 { *x } else { (x * 8.0).round() / 8.0 }).collect();
        match op.operand(i, dtype) {
            DType::F32 => floats(&values, &[COUNT], on),
            DType::I32 => integers(&values.iter().map(|x| (x * 15.0) as i32).collect::<Vec<_>>(), &[COUNT], on),
            other => integers(&values.iter().map(|x| *x as i32 & 1).collect::<Vec<_>>(), &[COUNT], on)?.to_dtype(other),
        }
    };
    (0..op.arity()).map(operand).collect()
}

fn run(op: Op, dtype: DType, on: Device) -> Result<Tensor> {
    let operands = operands(op, dtype, on)?;
    let args: Vec<_> = operands.iter().map(pyrite_core::tensor::Argument::Tensor).collect();
    Tensor::elementwise_in(op, dtype, &args)
}

#[test]
fn every_built_op_agrees_with_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for dtype in [DType::F32, DType::I32, DType::Bool] {
        let built: Vec<Op> = Op::ALL.iter().copied().filter(|&op| is_built(op, dtype)).collect();
        println!("{}: {} of {} ops", dtype.name(), built.len(), Op::ALL.len());
        for op in built {
            println!("{} of {}", op.name(), dtype.name());
            match op {
                _ if EXACT.contains(&op) => assert_same(gpu, 0, |on| run(op, dtype, on)),
                _ if CANCELLING.contains(&op) => assert_near(gpu, 1e-6, |on| run(op, dtype, on)),
                _ => assert_same(gpu, 4, |on| run(op, dtype, on)),
            }
        }
    }
}

#[test]
fn what_programs_are_made_of_is_built() {
    let both = [
        Op::copy,
        Op::add,
        Op::sub,
        Op::mul,
        Op::neg,
        Op::abs,
        Op::maximum,
        Op::minimum,
        Op::select,
        Op::relu,
        Op::eq,
        Op::ne,
        Op::lt,
        Op::le,
        Op::gt,
        Op::ge,
    ];
    assert!(both.iter().all(|&op| is_built(op, DType::F32) && is_built(op, DType::I32)));
    let floats = [Op::div, Op::exp, Op::log, Op::sqrt, Op::tanh, Op::sigmoid, Op::log1p, Op::expm1];
    assert!(floats.iter().all(|&op| is_built(op, DType::F32)));
}

#[test]
fn an_op_that_is_not_built_is_refused_by_name() {
    let Some(gpu) = gpu() else { return };
    let x = floats(&[1.0], &[1], gpu).unwrap();
    let error = apply(Op::lgamma, &[&x]).unwrap().to_bytes().unwrap_err().to_string();
    assert!(error.contains("lgamma of float32 is not built yet"), "{error}");
}
