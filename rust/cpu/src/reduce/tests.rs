use super::*;
use crate::strided::tests::{content, dense_operand, noise, operand};
use crate::strided::write;
use crate::threads::set_count;
use pyrite_core::half::f16;
use pyrite_core::num_complex::Complex;
use pyrite_core::{DType, Error};

const NAN: f32 = f32::NAN;

fn of<T: Copy>(kind: Reduction, input: &Operand, reduced: usize) -> Vec<T> {
    content(&reduce(kind, input, reduced).unwrap())
}

/// Every element of `input`, row-major, as rows of those reduced together.
fn reference(input: &Operand, reduced: usize) -> Vec<Vec<f64>> {
    let shape = &input.layout.shape;
    let buffer = memory::allocate(input.layout.numel() * 8).unwrap();
    let flat = Operand { buffer, layout: Layout::contiguous(shape), dtype: DType::F64 };
    write(input, &flat).unwrap();
    let width: usize = shape[shape.len() - reduced..].iter().product();
    content::<f64>(&flat.buffer).chunks(width).map(<[f64]>::to_vec).collect()
}

/// Sums, extremes and places of an operand of float32 against a plain loop.
fn check(input: &Operand, reduced: usize) {
    let rows = reference(input, reduced);
    let name = format!("{:?} {reduced}", input.layout);
    let sums: Vec<f32> = of(Reduction::Sum, input, reduced);
    let (max, places): (Vec<f32>, Vec<i64>) =
        (of(Reduction::Max, input, reduced), of(Reduction::Argmax, input, reduced));
    let least: Vec<i64> = of(Reduction::Argmin, input, reduced);
    assert_eq!(rows.len(), sums.len());
    for (i, row) in rows.iter().enumerate() {
        let scale: f64 = row.iter().map(|x| x.abs()).sum();
        assert!((sums[i] as f64 - row.iter().sum::<f64>()).abs() <= scale * 1e-6, "{name} row {i}");
        let best = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        assert_eq!(max[i] as f64, best, "{name} row {i}");
        assert_eq!(places[i] as usize, row.iter().position(|&x| x == best).unwrap(), "{name} row {i}");
        let worst = row.iter().copied().fold(f64::INFINITY, f64::min);
        assert_eq!(least[i] as usize, row.iter().position(|&x| x == worst).unwrap(), "{name} row {i}");
    }
}

#[test]
fn every_arrangement_of_axes() {
    let shapes: [[usize; 3]; 7] =
        [[3, 5, 7], [1, 1, 1], [2, 1, 600], [3, 700, 2], [1100, 2, 3], [2, 3, 2100], [33, 65, 34]];
    for shape in shapes {
        let n: usize = shape.iter().product();
        let ties: Vec<f32> = noise(n).iter().map(|x| (x * 64.0).round()).collect();
        let own = Layout::contiguous(&shape);
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let layout = own.permute(&order).unwrap();
            for reduced in 0..=3 {
                check(&operand(&ties, &layout.shape, &layout.strides, 0), reduced);
            }
        }
    }
}

#[test]
fn steps_and_repeats() {
    let data = noise(9000);
    for reduced in 0..=2 {
        check(&operand(&data, &[30, 100], &[300, 3], 2), reduced);
        check(&operand(&data, &[30, 100], &[2, 61], 5), reduced);
        check(&operand(&data, &[30, 100], &[0, 3], 0), reduced);
        check(&operand(&data, &[30, 100], &[3, 0], 0), reduced);
        check(&operand(&data, &[1, 8999], &[0, 1], 1), reduced);
        check(&operand(&data, &[2999, 3], &[3, 1], 2), reduced);
        check(&operand(&data, &[3, 2999], &[1, 3], 2), reduced);
    }
    check(&operand(&data, &[], &[], 17), 0);
}

#[test]
fn nan_is_the_extreme() {
    for n in [3usize, 40, 1500, 5000] {
        let mut data = noise(n);
        data[n - 2] = NAN;
        data[n - 1] = NAN;
        let row = dense_operand(&data, &[n]);
        let column = dense_operand(&data.iter().flat_map(|&x| [x, 1.0]).collect::<Vec<_>>(), &[n, 2]);
        let column = Operand { layout: column.layout.transpose(0, 1).unwrap(), ..column };
        for kind in [Reduction::Max, Reduction::Min] {
            assert!(of::<f32>(kind, &row, 1)[0].is_nan());
            let both = of::<f32>(kind, &column, 1);
            assert!(both[0].is_nan() && both[1] == 1.0);
        }
        for kind in [Reduction::Argmax, Reduction::Argmin] {
            assert_eq!(of::<i64>(kind, &row, 1), [n as i64 - 2]);
            assert_eq!(of::<i64>(kind, &column, 1), [n as i64 - 2, 0]);
        }
    }
    let low = dense_operand(&[f32::NEG_INFINITY; 3], &[3]);
    assert_eq!(of::<i64>(Reduction::Argmax, &low, 1), [0]);
    assert_eq!(of::<f32>(Reduction::Max, &low, 1), [f32::NEG_INFINITY]);
}

#[test]
fn empty_reductions_give_identities() {
    let empty = dense_operand::<f32>(&[], &[2, 0]);
    assert_eq!(of::<f32>(Reduction::Sum, &empty, 1), [0.0, 0.0]);
    assert_eq!(of::<f32>(Reduction::Prod, &empty, 2), [1.0]);
    assert_eq!(of::<u8>(Reduction::All, &empty, 1), [1, 1]);
    assert_eq!(of::<u8>(Reduction::Any, &empty, 2), [0]);
    assert_eq!(of::<f32>(Reduction::Sum, &dense_operand::<f32>(&[], &[0, 2]), 1), [0.0; 0]);
}

#[test]
fn every_type_has_its_sum() {
    assert_eq!(of::<u8>(Reduction::Sum, &dense_operand(&[200u8, 100], &[2]), 1), [44]);
    assert_eq!(of::<i64>(Reduction::Prod, &dense_operand(&[i64::MAX, 2], &[2]), 1), [-2]);
    let halves = dense_operand(&vec![f16::from_f32(1.0); 10_000], &[10_000]);
    assert_eq!(of::<f16>(Reduction::Sum, &halves, 1), [f16::from_f32(10_000.0)]);
    let i = Complex::new(0.0f32, 1.0);
    assert_eq!(of::<Complex<f32>>(Reduction::Prod, &dense_operand(&[i, i, i], &[3]), 1), [-i]);
    assert_eq!(of::<Complex<f32>>(Reduction::Sum, &dense_operand(&[i, i], &[2]), 1), [i + i]);
    assert_eq!(of::<u8>(Reduction::Any, &dense_operand(&[0.0, NAN], &[2]), 1), [1]);
    assert_eq!(of::<u8>(Reduction::All, &dense_operand(&[i, Complex::new(0.0, 0.0)], &[2]), 1), [0]);
    assert_eq!(of::<i8>(Reduction::Min, &dense_operand(&[3i8, -128], &[2]), 1), [-128]);
    let refused = reduce(Reduction::Max, &dense_operand(&[i], &[1]), 1);
    assert!(matches!(refused, Err(Error::Unsupported { .. })));
}

#[test]
fn long_sums_are_accurate() {
    let data = vec![0.1f32; 1 << 20];
    let exact = 0.1f32 as f64 * (1 << 20) as f64;
    for (shape, strides) in
        [([1usize, 1 << 20], [0isize, 1]), ([2, 1 << 19], [1, 2]), ([1 << 10, 1 << 10], [1, 1 << 10])]
    {
        let sums: Vec<f32> = of(Reduction::Sum, &operand(&data, &shape, &strides, 0), 1);
        let total = exact / shape[0] as f64;
        assert!(sums.iter().all(|&sum| ((sum as f64 - total) / total).abs() < 1e-6), "{} {total}", sums[0]);
    }
}

#[test]
fn threads_do_not_change_bits() {
    let data = noise(1 << 19);
    for (shape, strides) in [([1usize, 1 << 19], [0isize, 1]), ([3, 150_000], [1, 3]), ([1 << 9, 1 << 10], [1, 1 << 9])]
    {
        let input = operand(&data, &shape, &strides, 0);
        let bits = |threads| {
            set_count(threads);
            let sums: Vec<u32> = of(Reduction::Sum, &input, 1);
            sums
        };
        let one = bits(1);
        assert!([2, 3, 7].iter().all(|&threads| bits(threads) == one));
    }
    set_count(2);
}
