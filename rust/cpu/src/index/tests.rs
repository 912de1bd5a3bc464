use super::*;
use crate::strided::tests::{content, dense_operand, noise, operand};
use crate::threads::set_count;
use pyrite_core::half::bf16;
use pyrite_core::num_complex::Complex;
use pyrite_core::{Combine, DType, Error, Operand, Put};

fn put(accumulate: bool) -> Put {
    Put { accumulate, wrap: true }
}

fn numbers(n: usize) -> Vec<i32> {
    (0..n as i32).collect()
}

#[test]
fn gathers_along_any_axis() {
    let input = dense_operand(&numbers(6), &[2, 3]);
    assert_eq!(content::<i32>(&gather(&input, 1, &dense_operand(&[2i64, 0, 1, 1], &[2, 2])).unwrap()), [2, 0, 4, 4]);
    assert_eq!(content::<i32>(&gather(&input, 0, &dense_operand(&[1i64, 0, 1], &[1, 3])).unwrap()), [3, 1, 5]);
    let expanded = operand(&[1i64, 0, 1], &[3, 3], &[1, 0], 0);
    assert_eq!(content::<i32>(&gather(&input, 0, &expanded).unwrap()), [3, 4, 5, 0, 1, 2, 3, 4, 5]);
    let turned = Operand { layout: input.layout.transpose(0, 1).unwrap(), ..input.clone() };
    assert_eq!(content::<i32>(&gather(&turned, 0, &dense_operand(&[2i64, 0], &[1, 2])).unwrap()), [2, 3]);
    assert_eq!(content::<i32>(&gather(&input, 0, &dense_operand::<i64>(&[], &[0, 3])).unwrap()), [0; 0]);
}

#[test]
fn indices_out_of_bounds_change_nothing() {
    let input = dense_operand(&numbers(3), &[3]);
    for wrong in [5i64, -1, i64::MIN] {
        let index = dense_operand(&[0, wrong], &[2]);
        let text = format!("index {wrong} is out of bounds for dimension 0 with size 3");
        assert_eq!(gather(&input, 0, &index).unwrap_err(), Error::Invalid(text.clone()));
        let source = dense_operand(&[9i32, 9], &[2]);
        assert_eq!(scatter(&input, 0, &index, &source, Combine::Set).unwrap_err(), Error::Invalid(text));
        assert_eq!(content::<i32>(&input.buffer), [0, 1, 2]);
    }
    let index = dense_operand(&[0i64, -4], &[2]);
    let text = "index -4 is out of bounds for dimension 0 with size 3".to_string();
    assert_eq!(super::index(&input, std::slice::from_ref(&index), true).unwrap_err(), Error::Index(text.clone()));
    let put = index_put(&input, &[index], &dense_operand(&[9i32, 9], &[2]), put(false));
    assert_eq!(put.unwrap_err(), Error::Index(text));
    let index = [dense_operand(&[-1i64], &[1])];
    let text = "index -1 is out of bounds for dimension 0 with size 3".to_string();
    assert_eq!(super::index(&input, &index, false).unwrap_err(), Error::Index(text.clone()));
    let rows = Put { accumulate: true, wrap: false };
    assert_eq!(index_put(&input, &index, &dense_operand(&[9i32], &[1]), rows).unwrap_err(), Error::Index(text));
    assert_eq!(content::<i32>(&input.buffer), [0, 1, 2]);
}

#[test]
fn scatters_in_order() {
    let run = |how| {
        let target = dense_operand(&[1.0f32, 2.0, 3.0], &[3]);
        let index = dense_operand(&[2i64, 0, 2, 2], &[4]);
        scatter(&target, 0, &index, &dense_operand(&[4.0f32, 5.0, f32::NAN, -6.0], &[4]), how).unwrap();
        content::<f32>(&target.buffer)
    };
    assert_eq!(run(Combine::Set), [5.0, 2.0, -6.0]);
    assert_eq!(run(Combine::Add)[..2], [6.0, 2.0]);
    assert!(run(Combine::Add)[2].is_nan() && run(Combine::Max)[2].is_nan() && run(Combine::Min)[2].is_nan());
    assert_eq!(run(Combine::Mul)[..2], [5.0, 2.0]);
}

#[test]
fn scatters_by_type() {
    let zeros = dense_operand(&[0i64, 0], &[2]);
    let flags = Operand { dtype: DType::Bool, ..dense_operand(&[0u8, 1], &[2]) };
    let both = Operand { dtype: DType::Bool, ..dense_operand(&[1u8, 1], &[2]) };
    scatter(&flags, 0, &zeros, &both, Combine::Add).unwrap();
    assert_eq!(content::<u8>(&flags.buffer), [1, 1]);
    let halves = dense_operand(&[1.5, 0.0].map(bf16::from_f32), &[2]);
    scatter(&halves, 0, &zeros, &halves.clone(), Combine::Mul).unwrap();
    assert_eq!(content::<bf16>(&halves.buffer)[0].to_f32(), 0.0);
    let i = dense_operand(&[Complex::new(0.0f64, 1.0); 2], &[2]);
    scatter(&i, 0, &dense_operand(&[1i64], &[1]), &i.clone(), Combine::Mul).unwrap();
    assert_eq!(content::<Complex<f64>>(&i.buffer)[1], Complex::new(-1.0, 0.0));
    assert!(scatter(&i, 0, &zeros, &i.clone(), Combine::Max).is_err());
}

#[test]
fn large_scatters_agree_with_a_loop() {
    let (rows, columns, n) = (50usize, 70usize, 3000usize);
    let picks: Vec<i64> = noise(n * columns).iter().map(|x| ((x + 1.0) * 24.9) as i64).collect();
    let values: Vec<i64> = (0..(n * columns) as i64).collect();
    for axis in [0usize, 1] {
        let strides = |inner: usize| if axis == 0 { [inner as isize, 1] } else { [1, inner as isize] };
        let order = |a: usize, b: usize| if axis == 0 { [a, b] } else { [b, a] };
        let target = operand(&vec![7i64; rows * columns], &order(rows, columns), &strides(columns), 0);
        let index = operand(&picks, &order(n, columns), &strides(columns), 0);
        let source = operand(&values, &order(n, columns), &strides(columns), 0);
        set_count(1 + 2 * axis);
        scatter(&target, axis, &index, &source, Combine::Add).unwrap();
        set_count(2);
        let mut want = vec![7i64; rows * columns];
        (0..n * columns).for_each(|k| want[picks[k] as usize * columns + k % columns] += values[k]);
        assert_eq!(content::<i64>(&target.buffer), want);
        scatter(&target, axis, &index, &source, Combine::Set).unwrap();
        (0..n * columns).for_each(|k| want[picks[k] as usize * columns + k % columns] = values[k]);
        assert_eq!(content::<i64>(&target.buffer), want);
    }
}

#[test]
fn several_indices_read_blocks() {
    let input = dense_operand(&numbers(24), &[2, 3, 4]);
    let (a, b) = (dense_operand(&[1i64, -2], &[2]), dense_operand(&[-1i64, 0], &[2]));
    let read = |input: &Operand, indices: &[Operand]| content::<i32>(&super::index(input, indices, true).unwrap());
    assert_eq!(read(&input, &[a.clone(), b.clone()]), [20, 21, 22, 23, 0, 1, 2, 3]);
    let turned = Operand { layout: input.layout.permute(&[2, 1, 0]).unwrap(), ..input.clone() };
    assert_eq!(read(&turned, &[a.clone(), b.clone()]), [9, 21, 2, 14]);
    assert_eq!(read(&turned, std::slice::from_ref(&b)), [3, 15, 7, 19, 11, 23, 0, 12, 4, 16, 8, 20]);
    let c = operand(&[3i64], &[2], &[0], 0);
    assert_eq!(read(&input, &[a, b, c]), [23, 3]);
    assert_eq!(read(&input, &[dense_operand::<i64>(&[], &[0])]), [0; 0]);
    assert_eq!(read(&dense_operand(&numbers(3), &[3]), &[dense_operand(&[-1i64], &[])]), [2]);
}

#[test]
fn several_indices_write_blocks() {
    let index = dense_operand(&[1i64, -1, 1], &[3]);
    let target = dense_operand(&[0i32; 6], &[3, 2]);
    index_put(&target, std::slice::from_ref(&index), &dense_operand(&numbers(6), &[3, 2]), put(false)).unwrap();
    assert_eq!(content::<i32>(&target.buffer), [0, 0, 4, 5, 2, 3]);
    index_put(&target, std::slice::from_ref(&index), &operand(&[10i32], &[3, 2], &[0, 0], 0), put(true)).unwrap();
    assert_eq!(content::<i32>(&target.buffer), [0, 0, 24, 25, 12, 13]);
    let line = dense_operand(&[0i32; 3], &[3]);
    index_put(&line, &[index], &dense_operand(&[1i32, 2, 3], &[3]), put(true)).unwrap();
    assert_eq!(content::<i32>(&line.buffer), [0, 4, 2]);
}

#[test]
fn large_writes_use_tasks() {
    let (n, width) = (500usize, 300usize);
    let picks: Vec<i64> = (0..n as i64).map(|i| i % 7).collect();
    let target = dense_operand(&vec![0i64; 7 * width], &[7, width]);
    let source = dense_operand(&(0..(n * width) as i64).collect::<Vec<_>>(), &[n, width]);
    index_put(&target, &[dense_operand(&picks, &[n])], &source, put(true)).unwrap();
    let mut want = vec![0i64; 7 * width];
    (0..n * width).for_each(|k| want[k / width % 7 * width + k % width] += k as i64);
    assert_eq!(content::<i64>(&target.buffer), want);
}

#[test]
fn places_of_what_is_not_zero() {
    let of = |input: &Operand| {
        let (buffer, n) = nonzero(input).unwrap();
        (content::<i64>(&buffer), n)
    };
    assert_eq!(of(&dense_operand(&[0.0f32, f32::NAN, -0.0, 2.0], &[2, 2])), (vec![0, 1, 1, 1], 2));
    assert_eq!(of(&operand(&[0u8, 1, 1, 0, 1, 0], &[2, 3], &[1, 2], 0)), (vec![0, 1, 0, 2, 1, 0], 3));
    assert_eq!(of(&dense_operand(&[3i64], &[])), (vec![], 1));
    assert_eq!(of(&dense_operand::<i64>(&[], &[0, 3])), (vec![], 0));
    let n = 200_000;
    let sparse: Vec<i32> = (0..n).map(|i| (i % 977 == 5) as i32).collect();
    let want: Vec<i64> = (0..n as i64).filter(|i| i % 977 == 5).flat_map(|i| [i / 1000, i % 1000]).collect();
    assert_eq!(of(&dense_operand(&sparse, &[200, 1000])), (want.clone(), want.len() / 2));
}
