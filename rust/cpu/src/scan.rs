//! Running reductions along the last axis. Sums and products run in a wider type than they are stored in: float32 in
//! float64, half types in float32, as in PyTorch.
#![allow(unsafe_code)]

use crate::memory;
use crate::reduce::number::{Number, Order, Stored, dispatch_ordered};
use crate::strided::{Pointer, rows, start, with_dense_rows};
use pyrite_core::half::{bf16, f16};
use pyrite_core::num_complex::Complex;
use pyrite_core::{Buffer, DType, Error, Operand, Result, Scan, dispatch};

/// Scans `n` elements into as many.
type Values = unsafe fn(row: *const u8, out: *mut u8, n: usize);
/// Scans `n` elements into values and places.
type Extremes = unsafe fn(row: *const u8, out: *mut u8, places: *mut i64, n: usize);

/// Scans the last axis; see [`pyrite_core::Backend::scan`].
pub fn scan(kind: Scan, input: &Operand) -> Result<(Buffer, Option<Buffer>)> {
    let dtype = input.dtype;
    match kind {
        Scan::Sum => dispatch!(dtype, T => values(input, sums::<T>)),
        Scan::Prod => dispatch!(dtype, T => values(input, products::<T>)),
        Scan::LogSumExp => match dtype {
            DType::F16 => values(input, log_sums::<f16>),
            DType::BF16 => values(input, log_sums::<bf16>),
            DType::F32 => values(input, log_sums::<f32>),
            DType::F64 => values(input, log_sums::<f64>),
            _ => Err(Error::Unsupported { op: "logcumsumexp", dtype }),
        },
        Scan::Max => dispatch_ordered!("cummax", dtype, T => extremes(input, running::<T, true>)),
        Scan::Min => dispatch_ordered!("cummin", dtype, T => extremes(input, running::<T, false>)),
    }
}

fn values(input: &Operand, row: Values) -> Result<(Buffer, Option<Buffer>)> {
    let input = with_dense_rows(input)?;
    let (n, size) = (input.layout.shape.last().copied().unwrap_or(1), input.dtype.size());
    let buffer = memory::allocate(input.layout.numel() * size)?;
    let out: Pointer<u8> = start(&buffer)?;
    // SAFETY: the rows of the input and of the dense result have `n` elements.
    rows(&input, |from, i| unsafe { row(from, out.at((i * n * size) as isize), n) })?;
    Ok((buffer, None))
}

fn extremes(input: &Operand, row: Extremes) -> Result<(Buffer, Option<Buffer>)> {
    let input = with_dense_rows(input)?;
    let (n, size) = (input.layout.shape.last().copied().unwrap_or(1), input.dtype.size());
    let buffer = memory::allocate(input.layout.numel() * size)?;
    let places = memory::allocate(input.layout.numel() * size_of::<i64>())?;
    let (out, at): (Pointer<u8>, Pointer<i64>) = (start(&buffer)?, start(&places)?);
    // SAFETY: the rows of the input and of the dense results have `n` elements.
    rows(&input, |from, i| unsafe { row(from, out.at((i * n * size) as isize), at.at((i * n) as isize), n) })?;
    Ok((buffer, Some(places)))
}

/// An element and the type in which its running sums are kept.
trait Widened: Copy {
    type Wide: Number;
    fn widen(self) -> Self::Wide;
    fn narrow(x: Self::Wide) -> Self;
}

macro_rules! widened {
    ($($t:ty => $w:ty, $widen:expr, $narrow:expr;)+) => { $(impl Widened for $t {
        type Wide = $w;
        #[inline(always)]
        fn widen(self) -> $w { $widen(self) }
        #[inline(always)]
        fn narrow(x: $w) -> $t { $narrow(x) }
    })+ };
}

widened! {
    u8 => u8, |x| x, |x| x;
    i8 => i8, |x| x, |x| x;
    i16 => i16, |x| x, |x| x;
    i32 => i32, |x| x, |x| x;
    i64 => i64, |x| x, |x| x;
    f16 => f32, f16::load, f16::store;
    bf16 => f32, bf16::load, bf16::store;
    f32 => f64, |x| x as f64, |x| x as f32;
    f64 => f64, |x| x, |x| x;
    Complex<f32> => Complex<f64>, |x: Self| Complex::new(x.re as f64, x.im as f64), |x: Complex<f64>| Complex::new(x.re as f32, x.im as f32);
    Complex<f64> => Complex<f64>, |x| x, |x| x;
}

/// out[i] = f(out[i - 1], x[i]), kept in the wide type.
#[inline(always)]
unsafe fn accumulate<T: Widened>(row: *const u8, out: *mut u8, n: usize, f: impl Fn(T::Wide, T::Wide) -> T::Wide) {
    let (row, out) = (row.cast::<T>(), out.cast::<T>());
    // SAFETY: the caller gives `n` elements on both sides.
    unsafe {
        let mut sum = (*row).widen();
        *out = *row;
        for i in 1..n {
            sum = f(sum, (*row.add(i)).widen());
            *out.add(i) = T::narrow(sum);
        }
    }
}

unsafe fn sums<T: Widened>(row: *const u8, out: *mut u8, n: usize) {
    // SAFETY: the caller's.
    unsafe { accumulate::<T>(row, out, n, T::Wide::plus) }
}

unsafe fn products<T: Widened>(row: *const u8, out: *mut u8, n: usize) {
    // SAFETY: the caller's.
    unsafe { accumulate::<T>(row, out, n, T::Wide::times) }
}

/// log(exp(x) + exp(y)), with the larger factored out so that nothing overflows.
fn log_add_exp(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    let (low, high) = (x.min(y), x.max(y));
    if low == high && !low.is_finite() { x } else { high + (low - high).exp().ln_1p() }
}

unsafe fn log_sums<T: Widened<Wide: Into<f64>> + FromF64>(row: *const u8, out: *mut u8, n: usize) {
    let (row, out) = (row.cast::<T>(), out.cast::<T>());
    let mut sum = f64::NEG_INFINITY;
    for i in 0..n {
        // SAFETY: the caller gives `n` elements on both sides.
        unsafe {
            sum = log_add_exp(sum, (*row.add(i)).widen().into());
            *out.add(i) = T::from_f64(sum);
        }
    }
}

/// A float that a float64 is rounded to.
trait FromF64 {
    fn from_f64(x: f64) -> Self;
}

macro_rules! from_f64 {
    ($($t:ty => $f:expr;)+) => { $(impl FromF64 for $t {
        fn from_f64(x: f64) -> $t { $f(x) }
    })+ };
}

from_f64! {
    f16 => |x| f16::store(x as f32);
    bf16 => |x| bf16::store(x as f32);
    f32 => |x| x as f32;
    f64 => |x| x;
}

/// The largest (or smallest) so far, and the last place where it stands; from the first NaN on, NaN and its last place.
unsafe fn running<T: Stored<Compute: Order>, const MAX: bool>(
    row: *const u8,
    out: *mut u8,
    places: *mut i64,
    n: usize,
) {
    let (row, out) = (row.cast::<T>(), out.cast::<T>());
    // SAFETY: the caller gives `n` elements everywhere.
    unsafe {
        let (mut best, mut stored, mut place) = ((*row).load(), *row, 0);
        for i in 0..n {
            let x = (*row.add(i)).load();
            let below = if MAX { best.exceeds(x) } else { x.exceeds(best) };
            if x.is_nan() | !(below | best.is_nan()) {
                (best, stored, place) = (x, *row.add(i), i as i64);
            }
            *out.add(i) = stored;
            *places.add(i) = place;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strided::tests::{content, dense_operand, noise, operand};

    fn of<T: Copy>(kind: Scan, input: &Operand) -> Vec<T> {
        content(&scan(kind, input).unwrap().0)
    }

    #[test]
    fn rows_and_columns() {
        let data = [1i64, 2, 3, 4, 5, 6];
        assert_eq!(of::<i64>(Scan::Sum, &dense_operand(&data, &[2, 3])), [1, 3, 6, 4, 9, 15]);
        assert_eq!(of::<i64>(Scan::Prod, &operand(&data, &[3, 2], &[1, 3], 0)), [1, 4, 2, 10, 3, 18]);
        assert_eq!(of::<i64>(Scan::Sum, &operand(&data, &[2, 3], &[0, 2], 1)), [2, 6, 12, 2, 6, 12]);
        assert_eq!(of::<i64>(Scan::Sum, &dense_operand::<i64>(&[], &[2, 0])), [0; 0]);
        assert_eq!(of::<u8>(Scan::Sum, &dense_operand(&[200u8, 100], &[2])), [200, 44]);
    }

    #[test]
    fn float32_sums_run_in_float64() {
        let data = vec![0.1f32; 1 << 20];
        let sums: Vec<f32> = of(Scan::Sum, &dense_operand(&data, &[1 << 20]));
        for i in [0usize, 999, (1 << 20) - 1] {
            assert_eq!(sums[i], (0.1f32 as f64 * (i + 1) as f64) as f32);
        }
        let halves = dense_operand(&[f16::from_f32(0.1); 4096], &[4096]);
        assert!((of::<f16>(Scan::Sum, &halves)[4095].to_f32() - 409.5).abs() < 0.5);
        let i = Complex::new(0.0f32, 1.0);
        assert_eq!(of::<Complex<f32>>(Scan::Prod, &dense_operand(&[i, i, i], &[3])), [i, -Complex::new(1.0, 0.0), -i]);
    }

    #[test]
    fn extremes_name_the_last_place() {
        let nan = f32::NAN;
        let (values, places) = scan(Scan::Max, &dense_operand(&[1.0f32, 3.0, 3.0, 2.0], &[4])).unwrap();
        assert_eq!(content::<f32>(&values), [1.0, 3.0, 3.0, 3.0]);
        assert_eq!(content::<i64>(&places.unwrap()), [0, 1, 2, 2]);
        let (values, places) = scan(Scan::Max, &dense_operand(&[1.0f32, nan, 3.0, nan], &[4])).unwrap();
        assert!(content::<f32>(&values)[1..].iter().all(|x| x.is_nan()));
        assert_eq!(content::<i64>(&places.unwrap()), [0, 1, 1, 3]);
        let (values, places) = scan(Scan::Min, &operand(&[4i32, 9, 4, 9, 5, 9], &[3], &[2], 0)).unwrap();
        assert_eq!((content(&values), content(&places.unwrap())), (vec![4i32, 4, 4], vec![0i64, 1, 1]));
    }

    #[test]
    fn exponentials_do_not_overflow() {
        let low = f32::NEG_INFINITY;
        let sums: Vec<f32> = of(Scan::LogSumExp, &dense_operand(&[low, 1000.0, 1000.0, f32::INFINITY, f32::NAN], &[5]));
        assert_eq!((sums[0], sums[1], sums[3]), (low, 1000.0, f32::INFINITY));
        assert!((sums[2] - 1000.6931).abs() < 1e-3 && sums[4].is_nan());
        assert!(scan(Scan::LogSumExp, &dense_operand(&[1i64], &[1])).is_err());
    }

    #[test]
    fn many_rows_use_tasks() {
        let data = noise(300 * 700);
        let sums: Vec<f32> = of(Scan::Sum, &operand(&data, &[700, 300], &[1, 700], 0));
        for row in [0usize, 350, 699] {
            let total: f64 = (0..300).map(|i| data[row + i * 700] as f64).sum();
            assert_eq!(sums[row * 300 + 299], total as f32);
        }
    }
}
