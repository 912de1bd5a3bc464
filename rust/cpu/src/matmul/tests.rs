//! Products of small whole numbers, which every dtype holds exactly, against a triple loop in i64: any difference is a
//! fault, whatever the order of the sums. Fractions are for rounding and for bits.

use half::{bf16, f16};
use num_complex::Complex;
use pyrite_core::DType;

use super::{Batch, Product, Strided, matmul, matmul_at};
use crate::level::{Level, level};

/// A stored type that whole complex numbers convert to.
trait Number: Copy + PartialEq + std::fmt::Debug + 'static {
    const DTYPE: DType;
    const COMPLEX: bool = false;
    fn from_whole(re: i64, im: i64) -> Self;
}

macro_rules! numbers {
    ($($t:ty => $dtype:ident, $convert:expr;)+) => { $(
        impl Number for $t {
            const DTYPE: DType = DType::$dtype;
            fn from_whole(re: i64, _: i64) -> Self {
                ($convert)(re)
            }
        }
    )+ };
}

numbers! {
    u8 => U8, |x| x as u8;
    i8 => I8, |x| x as i8;
    i16 => I16, |x| x as i16;
    i32 => I32, |x| x as i32;
    i64 => I64, |x| x;
    f16 => F16, |x| f16::from_f64(x as f64);
    bf16 => BF16, |x| bf16::from_f64(x as f64);
    f32 => F32, |x| x as f32;
    f64 => F64, |x| x as f64;
    bool => Bool, |x| x != 0;
}

macro_rules! complex_numbers {
    ($($t:ty => $dtype:ident),+) => { $(
        impl Number for Complex<$t> {
            const DTYPE: DType = DType::$dtype;
            const COMPLEX: bool = true;
            fn from_whole(re: i64, im: i64) -> Self {
                Complex::new(re as $t, im as $t)
            }
        }
    )+ };
}

complex_numbers!(f32 => C64, f64 => C128);

/// Pseudo-random numbers (an xorshift generator).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn whole(&mut self) -> i64 {
        (self.next() >> 20) as i64 % 9 - 4
    }

    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    }
}

/// How a matrix of a batch lies in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Rows,
    Columns,
    Stepped,
    Backward,
    SameRow,
    SameColumn,
    /// Every product of the batch reads the same matrix.
    Shared,
}

const ORDERS: [Order; 7] =
    [Order::Rows, Order::Columns, Order::Stepped, Order::Backward, Order::SameRow, Order::SameColumn, Order::Shared];

/// A batch of matrices: the index of the first element, the strides, and the step from matrix to matrix.
#[derive(Clone, Copy)]
struct Place {
    first: isize,
    row: isize,
    col: isize,
    batch: isize,
    size: usize,
}

impl Place {
    fn new(order: Order, rows: usize, cols: usize, batches: usize) -> Place {
        let (r, c) = (rows as isize, cols as isize);
        let (row, col) = match order {
            Order::Rows | Order::Shared => (c, 1),
            Order::Columns => (1, r),
            Order::Stepped => (3 * c + 5, 3),
            Order::Backward => (-c, -1),
            Order::SameRow => (0, 1),
            Order::SameColumn => (1, 0),
        };
        let extent = row.abs() * (r - 1).max(0) + col.abs() * (c - 1).max(0) + 1;
        let first = if order == Order::Backward { extent - 1 } else { 0 };
        let batch = if order == Order::Shared { 0 } else { extent };
        Place { first, row, col, batch, size: (extent + batch * batches as isize) as usize }
    }

    fn index(&self, batch: usize, i: usize, j: usize) -> usize {
        (self.first + batch as isize * self.batch + i as isize * self.row + j as isize * self.col) as usize
    }
}

fn levels() -> Vec<Level> {
    match level() {
        Level::Baseline => vec![Level::Baseline],
        Level::V3 => vec![Level::Baseline, Level::V3],
        Level::V4 => vec![Level::Baseline, Level::V3, Level::V4],
    }
}

/// Products of matrices with these elements, as `compute` writes them between two guards.
#[allow(clippy::too_many_arguments)]
fn product<T: Number>(
    a: &[T],
    b: &[T],
    (m, n, k): (usize, usize, usize),
    batches: usize,
    in_a: Place,
    in_b: Place,
    compute: impl Fn(&Product, *mut u8),
) -> Vec<T> {
    let offsets: Vec<Batch> = (0..batches as isize).map(|i| Batch { a: i * in_a.batch, b: i * in_b.batch }).collect();
    let strided = |elements: &[T], place: Place| Strided {
        data: elements.as_ptr().wrapping_offset(place.first).cast(),
        row_stride: place.row,
        col_stride: place.col,
    };
    let (a, b) = (strided(a, in_a), strided(b, in_b));
    let guard = T::from_whole(3, 1);
    let mut c = vec![guard; batches * m * n + 32];
    compute(&Product { dtype: T::DTYPE, m, n, k, batches: &offsets, a, b }, c[16..].as_mut_ptr().cast());
    assert!(c[..16].iter().chain(&c[c.len() - 16..]).all(|&x| x == guard), "wrote outside of the result");
    c[16..16 + batches * m * n].to_vec()
}

fn check<T: Number>(level: Level, size: (usize, usize, usize), batches: usize, orders: (Order, Order)) {
    let (m, n, k) = size;
    let (in_a, in_b) = (Place::new(orders.0, m, k, batches), Place::new(orders.1, k, n, batches));
    let mut random = Random(0x9e37_79b9 + (m * 31 + n * 7 + k) as u64);
    let mut whole = || {
        let (re, im) = (random.whole(), random.whole());
        if T::DTYPE == DType::Bool { (i64::from(re > 2), 0) } else { (re, if T::COMPLEX { im } else { 0 }) }
    };
    let a: Vec<_> = (0..in_a.size).map(|_| whole()).collect();
    let b: Vec<_> = (0..in_b.size).map(|_| whole()).collect();
    let stored = |numbers: &[(i64, i64)]| numbers.iter().map(|&(re, im)| T::from_whole(re, im)).collect::<Vec<T>>();
    let c = product(&stored(&a), &stored(&b), size, batches, in_a, in_b, |product, c| {
        // SAFETY: the places lie inside the vectors, the result has its size, and the level is this CPU's.
        unsafe { matmul_at(level, product, c, m % 2 == 0) }
    });
    for (at, &found) in c.iter().enumerate() {
        let (batch, i, j) = (at / (m * n), at / n % m, at % n);
        let expected = (0..k).fold((0, 0), |sum, p| {
            let ((xr, xi), (yr, yi)) = (a[in_a.index(batch, i, p)], b[in_b.index(batch, p, j)]);
            (sum.0 + xr * yr - xi * yi, sum.1 + xr * yi + xi * yr)
        });
        let expected = T::from_whole(expected.0, expected.1);
        assert_eq!(found, expected, "{:?} {level:?} {size:?} x {batches}, {orders:?}, at {batch} {i} {j}", T::DTYPE);
    }
}

fn check_dtypes(level: Level, size: (usize, usize, usize), batches: usize, orders: (Order, Order)) {
    check::<u8>(level, size, batches, orders);
    check::<i8>(level, size, batches, orders);
    check::<i16>(level, size, batches, orders);
    check::<i32>(level, size, batches, orders);
    check::<i64>(level, size, batches, orders);
    check::<f16>(level, size, batches, orders);
    check::<bf16>(level, size, batches, orders);
    check::<f32>(level, size, batches, orders);
    check::<f64>(level, size, batches, orders);
    check::<bool>(level, size, batches, orders);
    check::<Complex<f32>>(level, size, batches, orders);
    check::<Complex<f64>>(level, size, batches, orders);
}

#[test]
fn every_tile_shape_in_both_float_types() {
    for level in levels() {
        for m in 1..=17 {
            for n in [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 24, 31, 33, 40, 47, 48, 49, 65, 130, 145] {
                check::<f32>(level, (m, n, 13), 1, (Order::Rows, Order::Rows));
                check::<f64>(level, (m, n, 13), 1, (Order::Rows, Order::Columns));
            }
        }
    }
}

#[test]
fn every_dtype_and_order() {
    for level in levels() {
        for left in ORDERS {
            for right in ORDERS {
                check_dtypes(level, (19, 35, 21), 2, (left, right));
            }
        }
    }
}

#[test]
fn packed_and_in_place_operands_of_every_order() {
    for level in levels() {
        for left in ORDERS {
            for right in ORDERS {
                check::<f32>(level, (50, 150, 130), 1, (left, right));
                check::<f64>(level, (50, 150, 130), 1, (left, right));
                check::<f64>(level, (50, 20, 130), 1, (left, right));
            }
        }
    }
}

#[test]
fn sizes_past_the_blocks() {
    for level in levels() {
        for size in
            [(3, 1100, 5), (5, 70, 1700), (230, 9, 30), (3, 40, 300), (4, 600, 450), (115, 520, 390), (2, 140, 1539)]
        {
            check_dtypes(level, size, 1, (Order::Rows, Order::Rows));
            check_dtypes(level, size, 1, (Order::Columns, Order::Columns));
        }
    }
}

#[test]
fn vectors_of_every_order() {
    for level in levels() {
        for left in ORDERS {
            for right in ORDERS {
                for size in [(1, 37, 75), (37, 1, 75), (1, 1, 75), (1, 2100, 9), (2100, 1, 9), (9, 31, 1)] {
                    check::<f32>(level, size, 2, (left, right));
                    check::<f64>(level, size, 2, (left, right));
                    check::<i64>(level, size, 1, (left, right));
                }
            }
        }
    }
}

#[test]
fn products_cut_for_threads() {
    for size in [(300, 300, 300), (64, 100, 1000), (1, 2100, 2100), (2100, 1, 2100), (70_000, 8, 8)] {
        check::<f32>(level(), size, 1, (Order::Rows, Order::Rows));
        check::<f32>(level(), size, 1, (Order::Columns, Order::Columns));
        check::<bf16>(level(), size, 1, (Order::Rows, Order::Rows));
        check::<Complex<f32>>(level(), size, 1, (Order::Rows, Order::Rows));
    }
    for batches in [3, 5, 33] {
        check::<f32>(level(), (64, 140, 220), batches, (Order::Rows, Order::Rows));
        check::<f32>(level(), (64, 140, 220), batches, (Order::Rows, Order::Shared));
        check::<i16>(level(), (64, 140, 220), batches, (Order::Shared, Order::Rows));
        check::<f32>(level(), (1, 420, 410), batches, (Order::Rows, Order::Columns));
    }
}

#[test]
fn nothing_to_sum_is_zero_and_nothing_to_write_is_nothing() {
    for size in [(3, 4, 0), (1, 4, 0), (4, 1, 0), (0, 4, 5), (4, 0, 5), (0, 0, 0)] {
        check_dtypes(level(), size, 2, (Order::Rows, Order::Rows));
        check_dtypes(level(), size, 0, (Order::Rows, Order::Rows));
    }
}

#[test]
fn integers_wrap_at_every_level() {
    let (m, n, k) = (6, 20, 70);
    let (in_a, in_b) = (Place::new(Order::Rows, m, k, 1), Place::new(Order::Columns, k, n, 1));
    let mut random = Random(5);
    let a: Vec<i64> = (0..in_a.size).map(|_| random.next() as i64).collect();
    let b: Vec<i64> = (0..in_b.size).map(|_| random.next() as i64).collect();
    let low = |numbers: &[i64]| numbers.iter().map(|&x| x as i32).collect::<Vec<i32>>();
    for level in levels() {
        // SAFETY: the places lie inside the vectors, the result has its size, and the level is this CPU's.
        let compute = |product: &Product, c: *mut u8| unsafe { matmul_at(level, product, c, false) };
        let long = product(&a, &b, (m, n, k), 1, in_a, in_b, compute);
        let short = product(&low(&a), &low(&b), (m, n, k), 1, in_a, in_b, compute);
        for (at, (&x, &y)) in long.iter().zip(&short).enumerate() {
            let term = |p| a[in_a.index(0, at / n, p)].wrapping_mul(b[in_b.index(0, p, at % n)]);
            let expected = (0..k).map(term).fold(0, i64::wrapping_add);
            assert_eq!((x, y), (expected, expected as i32), "{level:?} at {at}");
        }
    }
}

/// Random fractions as f32, with the same ones in f64.
fn fractions(count: usize, seed: u64) -> (Vec<f32>, Vec<f64>) {
    let mut random = Random(seed);
    let single: Vec<f32> = (0..count).map(|_| random.fraction() as f32).collect();
    let double = single.iter().map(|&x| x.into()).collect();
    (single, double)
}

fn bits_of_f32(size: (usize, usize, usize), orders: (Order, Order), parallel: bool) -> Vec<u32> {
    let (m, n, k) = size;
    let (in_a, in_b) = (Place::new(orders.0, m, k, 1), Place::new(orders.1, k, n, 1));
    let (a, b) = (fractions(in_a.size, 1).0, fractions(in_b.size, 2).0);
    let c = product(&a, &b, size, 1, in_a, in_b, |product, c| {
        // SAFETY: the places lie inside the vectors and the result has its size.
        unsafe { matmul(product, c, parallel) }
    });
    c.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn threads_do_not_change_the_bits() {
    for size in [(300, 310, 900), (64, 100, 1000), (1, 2100, 2100), (2100, 1, 2100), (50_000, 10, 9), (9, 2000, 1000)] {
        for orders in [(Order::Rows, Order::Rows), (Order::Columns, Order::Columns), (Order::Rows, Order::Columns)] {
            assert!(bits_of_f32(size, orders, false) == bits_of_f32(size, orders, true), "{size:?} {orders:?}");
        }
    }
}

#[test]
fn fractions_are_summed_to_the_types_precision() {
    let (m, n, k) = (37, 150, 2000);
    let (in_a, in_b) = (Place::new(Order::Rows, m, k, 1), Place::new(Order::Rows, k, n, 1));
    let ((a, wide_a), (b, wide_b)) = (fractions(in_a.size, 3), fractions(in_b.size, 4));
    for level in levels() {
        // SAFETY: the places lie inside the vectors, the result has its size, and the level is this CPU's.
        let compute = |product: &Product, c: *mut u8| unsafe { matmul_at(level, product, c, true) };
        let single = product(&a, &b, (m, n, k), 1, in_a, in_b, compute);
        let double = product(&wide_a, &wide_b, (m, n, k), 1, in_a, in_b, compute);
        for (at, (&x, &y)) in single.iter().zip(&double).enumerate() {
            let (i, j) = (at / n, at % n);
            let exact: f64 = (0..k).map(|p| wide_a[in_a.index(0, i, p)] * wide_b[in_b.index(0, p, j)]).sum();
            assert!((y - exact).abs() < 1e-12, "{level:?} f64 at {i} {j}: {y} for {exact}");
            assert!((f64::from(x) - exact).abs() < 3e-5, "{level:?} f32 at {i} {j}: {x} for {exact}");
        }
    }
}

#[test]
fn a_half_result_is_rounded_once() {
    // In bf16, 256 + 1 is 256: a sum kept in bf16 would stay there.
    let k = 300;
    let ones = vec![bf16::from_f32(1.0); k];
    let place = Place::new(Order::Rows, 1, k, 1);
    let column = Place::new(Order::Rows, k, 1, 1);
    let c = product(&ones, &ones, (1, 1, k), 1, place, column, |product, c| {
        // SAFETY: the places lie inside the vectors and the result has its size.
        unsafe { matmul(product, c, true) }
    });
    assert_eq!(c, [bf16::from_f32(300.0)]);
}

#[test]
fn nan_and_infinity_reach_their_row_only() {
    for level in levels() {
        for (m, n, k) in [(20, 40, 30), (60, 140, 30), (2, 1, 30)] {
            let (in_a, in_b) = (Place::new(Order::Rows, m, k, 1), Place::new(Order::Rows, k, n, 1));
            let mut a = vec![1.0f32; m * k];
            a[3] = f32::NAN;
            a[k + 5] = f32::INFINITY;
            let b = vec![0.5f32; k * n];
            let c = product(&a, &b, (m, n, k), 1, in_a, in_b, |product, c| {
                // SAFETY: the places lie inside the vectors, the result has its size, and the level is this CPU's.
                unsafe { matmul_at(level, product, c, false) }
            });
            assert!(c[..n].iter().all(|x| x.is_nan()));
            assert!(c[n..2 * n].iter().all(|&x| x == f32::INFINITY));
            assert!(c[2 * n..].iter().all(|&x| x == k as f32 / 2.0));
        }
    }
}
