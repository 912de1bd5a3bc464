//! int64 up to its bounds, on devices that have such integers and on those where pairs of words stand for them.

use crate::compare::{Device, assert_same, floats, gpu};
use pyrite_core::tensor::Argument;
use pyrite_core::{Combine, DType, Op, Reduction, Result, Scan, Tensor};

/// Numbers around every bound that words and floats have.
fn numbers() -> Vec<i64> {
    let near = |x: i64| [-1, 0, 1].map(|step| x.wrapping_add(step));
    let powers = [0, 24, 31, 32, 33, 53, 62, 63].map(|n| 1i64 << n);
    let odd = [0x1234_5678_9abc_def0, -0x0fed_cba9_8765_4321, 0x0000_0100_0000_8000, 3, -7, 40, 65, 1_000_003];
    powers.into_iter().flat_map(|x| [near(x), near(x.wrapping_neg())].concat()).chain(odd).collect()
}

fn longs(values: &[i64], shape: &[usize], on: Device) -> Result<Tensor> {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_ne_bytes()).collect();
    Tensor::from_bytes(&bytes, shape, DType::I64, on)
}

#[test]
fn every_op_holds_up_to_the_bounds() {
    let Some(gpu) = gpu() else { return };
    let (values, n) = (numbers(), numbers().len());
    let pick = |k: usize| -> Vec<i64> { (0..n * n).map(|i| values[[i / n, i % n, (i * 7 + i / n) % n][k]]).collect() };
    for &op in Op::ALL.iter().filter(|op| gpu.computes(**op, DType::I64)) {
        if op.is_fallible(DType::I64) || matches!(op, Op::gcd | Op::lcm) {
            continue;
        }
        assert_same(gpu, 0, |on| {
            let operand = |k| longs(&pick(k), &[n * n], on)?.to_dtype(op.operand(k, DType::I64));
            let operands = (0..op.arity()).map(operand).collect::<Result<Vec<_>>>()?;
            Tensor::elementwise_in(op, DType::I64, &operands.iter().map(Argument::Tensor).collect::<Vec<_>>())
        });
    }
}

#[test]
fn casts_round_and_truncate_as_on_the_cpu() {
    let Some(gpu) = gpu() else { return };
    let values = numbers();
    for to in [DType::F32, DType::F16, DType::BF16, DType::Bool, DType::U8, DType::I8, DType::I16, DType::I32] {
        assert_same(gpu, 0, |on| longs(&values, &[values.len()], on)?.to_dtype(to));
    }
    let mut near: Vec<f32> = values.iter().map(|&x| x as f32).collect();
    near.extend([
        0.5,
        -0.5,
        -0.0,
        1.5,
        -2.5,
        1e10,
        -3e15,
        8.5e18,
        -9.2e18,
        1e30,
        -1e30,
        f32::INFINITY,
        f32::NEG_INFINITY,
    ]);
    assert_same(gpu, 0, |on| floats(&near, &[near.len()], on)?.to_dtype(DType::I64));
    for from in [DType::Bool, DType::U8, DType::I8, DType::I16, DType::I32] {
        assert_same(gpu, 0, |on| longs(&values, &[values.len()], on)?.to_dtype(from)?.to_dtype(DType::I64));
    }
}

#[test]
fn sums_products_and_scans_wrap() {
    let Some(gpu) = gpu() else { return };
    let values: Vec<i64> = numbers().into_iter().cycle().take(6000).collect();
    for kind in [Reduction::Sum, Reduction::Prod, Reduction::Max, Reduction::Min, Reduction::Argmax, Reduction::Any] {
        assert_same(gpu, 0, |on| longs(&values, &[3, 2000], on)?.reduce(kind, Some(&[1]), false));
    }
    for kind in [Scan::Sum, Scan::Prod, Scan::Max] {
        assert_same(gpu, 0, |on| Ok(longs(&values, &[3, 2000], on)?.scan(kind, 1)?.0));
    }
    for (m, n) in [(1, 40), (30, 40)] {
        assert_same(gpu, 0, |on| {
            let (a, b) = (longs(&values[..m * 50], &[m, 50], on)?, longs(&values[..50 * n], &[50, n], on)?);
            a.matmul(&b)
        });
    }
    for how in [Combine::Add, Combine::Mul, Combine::Max, Combine::Min] {
        assert_same(gpu, 0, |on| {
            let target = longs(&values[..9], &[9], on)?;
            let places: Vec<i64> = (0..600).map(|i| i * 7 % 9).collect();
            target.scatter(0, &longs(&places, &[600], on)?, &longs(&values[..600], &[600], on)?, how)?;
            Ok(target)
        });
    }
}

#[test]
fn divisions_hold_up_to_the_bounds() {
    let Some(gpu) = gpu() else { return };
    let (values, n) = (numbers(), numbers().len());
    let dividends: Vec<i64> = (0..n * n).map(|i| values[i / n]).collect();
    let divisors: Vec<i64> = (0..n * n).map(|i| values[i % n]).map(|y| if y == 0 { 11 } else { y }).collect();
    for op in Op::ALL.iter().filter(|op| op.is_fallible(DType::I64) || matches!(op, Op::gcd | Op::lcm)) {
        assert_same(gpu, 0, |on| {
            let (x, y) = (longs(&dividends, &[n * n], on)?, longs(&divisors, &[n * n], on)?);
            Tensor::elementwise(*op, &[Argument::Tensor(&x), Argument::Tensor(&y)])
        });
    }
}
