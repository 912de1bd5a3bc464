use super::*;
use crate::strided::tests::{content, dense_operand, noise, operand};
use crate::threads::set_count;
use pyrite_core::half::bf16;
use pyrite_core::num_complex::Complex;

const NAN: f32 = f32::NAN;

fn places(input: &Operand, descending: bool) -> Vec<i64> {
    content(&sort(input, descending).unwrap().1)
}

/// The stable order of a row, NaN as the largest.
fn reference(row: &[f32], descending: bool) -> Vec<i64> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    let compare =
        |a: f32, b: f32| a.is_nan().cmp(&b.is_nan()).then(a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal));
    order.sort_by(|&i, &j| if descending { compare(row[j], row[i]) } else { compare(row[i], row[j]) });
    order.iter().map(|&i| i as i64).collect()
}

#[test]
fn stable_in_both_directions() {
    for n in [1usize, 2, 7, 100, 511, 512, 5000] {
        let mut data: Vec<f32> = noise(n).iter().map(|x| (x * 50.0).round() / 8.0).collect();
        if n > 4 {
            (data[1], data[3], data[n - 1]) = (NAN, -0.0, NAN);
        }
        for descending in [false, true] {
            let (values, places) = sort(&dense_operand(&data, &[n]), descending).unwrap();
            let (values, places): (Vec<f32>, Vec<i64>) = (content(&values), content(&places));
            assert_eq!(places, reference(&data, descending), "{n} {descending}");
            assert!(places.iter().zip(&values).all(|(&p, v)| v.to_bits() == data[p as usize].to_bits()));
        }
    }
}

#[test]
fn every_type_sorts() {
    assert_eq!(places(&dense_operand(&[3u8, 255, 0], &[3]), false), [2, 0, 1]);
    assert_eq!(places(&dense_operand(&[3i8, -1, 0], &[3]), true), [0, 2, 1]);
    assert_eq!(places(&dense_operand(&[i64::MAX, i64::MIN, -1], &[3]), false), [1, 2, 0]);
    assert_eq!(places(&dense_operand(&[1.0, f64::NAN, -1.0], &[3]), true), [1, 0, 2]);
    assert_eq!(places(&dense_operand(&[1.0, -1.0, 0.5].map(bf16::from_f32), &[3]), false), [1, 2, 0]);
    let wide: Vec<i64> = (0..3000).map(|i| (i * 7919) % 3001 * 1_000_000_007).collect();
    let sorted: Vec<i64> = content(&sort(&dense_operand(&wide, &[3000]), false).unwrap().0);
    assert!(sorted.is_sorted());
    assert!(sort(&dense_operand(&[Complex::new(0.0f32, 0.0)], &[1]), false).is_err());
}

#[test]
fn columns_and_nothing() {
    assert_eq!(places(&operand(&[3i32, 1, 2, 0, 5, 4], &[2, 3], &[1, 2], 0), false), [1, 0, 2, 1, 0, 2]);
    assert_eq!(places(&dense_operand::<f32>(&[], &[0]), false), [0; 0]);
    assert_eq!(places(&dense_operand::<f32>(&[], &[0, 4]), false), [0; 0]);
}

#[test]
fn the_top_is_the_head_of_the_sorted_row() {
    for (n, k) in [(1usize, 1usize), (50, 3), (50, 40), (3000, 1), (3000, 50), (3000, 749), (3000, 3000), (10, 0)] {
        let mut data: Vec<f32> = noise(n).iter().map(|x| (x * 300.0).round()).collect();
        data[n / 2] = NAN;
        for largest in [false, true] {
            let (values, places) = topk(&dense_operand(&data, &[n]), k, largest).unwrap();
            let want = reference(&data, largest);
            let (values, places): (Vec<f32>, Vec<i64>) = (content(&values), content(&places));
            let equal = |a: f32, b: f32| a == b || (a.is_nan() && b.is_nan());
            assert!(want.iter().zip(&values).all(|(&p, &v)| equal(v, data[p as usize])), "{n} {k} {largest}");
            assert!(places.iter().zip(&values).all(|(&p, v)| v.to_bits() == data[p as usize].to_bits()));
            let mut distinct = places.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), k);
        }
    }
    assert!(topk(&dense_operand(&[1.0f32], &[1]), 2, true).is_err());
    let rising: Vec<i64> = (0..5000).collect();
    assert_eq!(content::<i64>(&topk(&dense_operand(&rising, &[5000]), 2, true).unwrap().0), [4999, 4998]);
}

#[test]
fn threads_do_not_change_the_order() {
    let data: Vec<f32> = noise(200_000).iter().map(|x| (x * 1000.0).round()).collect();
    let both = |threads| {
        set_count(threads);
        let input = dense_operand(&data, &[4, 50_000]);
        let top: Vec<i64> = content(&topk(&input, 9, true).unwrap().1);
        (places(&input, true), places(&dense_operand(&data, &[200_000]), false), top)
    };
    assert!(both(1) == both(3));
    set_count(2);
}
