//! Sums of any axes of any layout.

use crate::compare::{assert_same, floats, gpu, ramp, with_number};
use pyrite_core::{Op, Reduction, Scalar};

/// Whole numbers, whose sums are exact in any order.
fn counts(count: usize) -> Vec<f32> {
    (0..count).map(|i| (i * 7919 % 23) as f32 - 11.0).collect()
}

#[test]
fn whole_numbers_add_up_exactly() {
    let Some(gpu) = gpu() else { return };
    for count in [0, 1, 255, 257, 4095, 4096, 4097, 250_000] {
        assert_same(gpu, 0, |on| floats(&counts(count), &[count], on)?.reduce(Reduction::Sum, None, false));
    }
}

#[test]
fn any_axes_are_summed() {
    let Some(gpu) = gpu() else { return };
    let shape = [5, 4, 1, 300];
    let all: [&[isize]; 6] = [&[3], &[0], &[1, 3], &[0, 2], &[0, 1, 2, 3], &[2]];
    for axes in all {
        for keepdim in [false, true] {
            assert_same(gpu, 0, |on| floats(&counts(6000), &shape, on)?.reduce(Reduction::Sum, Some(axes), keepdim));
        }
    }
    assert_same(gpu, 0, |on| floats(&[], &[3, 0], on)?.reduce(Reduction::Sum, Some(&[1]), false));
}

#[test]
fn strided_and_broadcast_operands_are_summed() {
    let Some(gpu) = gpu() else { return };
    assert_same(gpu, 0, |on| {
        let base = floats(&counts(60 * 90), &[60, 90], on)?;
        let view = base.layout.slice(1, 5, 40, 2)?.transpose(0, 1)?.unsqueeze(1)?.expand(&[40, 3, 60])?;
        base.with_layout(view).reduce(Reduction::Sum, Some(&[1, 2]), false)
    });
}

#[test]
fn fractions_are_summed_within_4_ulp() {
    let Some(gpu) = gpu() else { return };
    for count in [3, 5000, 100_000] {
        assert_same(gpu, 4, |on| {
            let positive = with_number(Op::add, &floats(&ramp(count), &[count], on)?, 3.5)?;
            positive.reduce(Reduction::Sum, None, false)
        });
    }
}

#[test]
fn a_chain_and_its_sum_take_two_kernels() {
    let Some(gpu) = gpu() else { return };
    let x = floats(&counts(4000), &[4000], gpu).unwrap();
    let squares = with_number(Op::add, &with_number(Op::mul, &x, 2.0).unwrap(), 1.0).unwrap();
    let sum = squares.reduce(Reduction::Sum, None, false).unwrap();
    assert_eq!(gpu.dispatches(), 2);
    let expected: f32 = counts(4000).iter().map(|x| x * 2.0 + 1.0).sum();
    assert_eq!(sum.item().unwrap(), Scalar::Float(expected.into()));
}
