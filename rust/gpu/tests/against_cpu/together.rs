//! Programs that run side by side: what they compute, and how many kernels they take.

use crate::compare::{Device, apply, floats, gpu, ramp, to_floats, with_number};
use pyrite_core::{DType, Op, Result, Tensor};

/// `count` pending tensors of different sizes.
fn pending(count: usize, on: Device) -> Result<Vec<Tensor>> {
    (0..count).map(|k| with_number(Op::add, &floats(&ramp(300 * k + 1), &[300 * k + 1], on)?, k as f64)).collect()
}

fn evaluated(tensors: &[Tensor]) -> Vec<Vec<f32>> {
    Tensor::evaluate_together(&tensors.iter().collect::<Vec<_>>()).unwrap();
    tensors.iter().map(to_floats).collect()
}

#[test]
fn programs_of_one_structure_share_kernels() {
    let Some(gpu) = gpu() else { return };
    for count in [0, 1, 2, 7, 40] {
        let tensors = pending(count, gpu).unwrap();
        let before = gpu.dispatches();
        let actual = evaluated(&tensors);
        assert_eq!(actual, evaluated(&pending(count, &pyrite_cpu::CPU).unwrap()));
        assert!(gpu.dispatches() - before <= count.div_ceil(4), "{count} programs");
    }
}

#[test]
fn other_structures_and_dtypes_are_told_apart() {
    let Some(gpu) = gpu() else { return };
    let run = |on: Device| -> Result<Vec<Vec<f32>>> {
        let x = floats(&ramp(1000), &[1000], on)?;
        let half = with_number(Op::mul, &x.to_dtype(DType::F16)?, 2.0)?;
        let tensors = [apply(Op::abs, &[&x])?, half, apply(Op::relu, &[&x])?, with_number(Op::mul, &x, 3.0)?];
        Tensor::evaluate_together(&tensors.iter().collect::<Vec<_>>())?;
        tensors.iter().map(|t| Ok(to_floats(&t.to_dtype(DType::F32)?))).collect()
    };
    assert_eq!(run(gpu).unwrap(), run(&pyrite_cpu::CPU).unwrap());
}

#[test]
fn programs_that_read_each_other_run_in_turn() {
    let Some(gpu) = gpu() else { return };
    let run = |on: Device| -> Result<Vec<Vec<f32>>> {
        let x = with_number(Op::mul, &floats(&ramp(500), &[500], on)?, 0.5)?;
        let y = apply(Op::add, &[&x, &x])?;
        let z = apply(Op::mul, &[&y, &x])?;
        Ok(evaluated(&[y, x, z]))
    };
    assert_eq!(run(gpu).unwrap(), run(&pyrite_cpu::CPU).unwrap());
}
