//! Matrix products of any dtype, batches and strides.

use crate::compare::gpu;
use crate::numbers::{ALL, assert_agree, is_computed, tensor, whole};
use pyrite_core::DType;

#[test]
fn every_dtype_is_multiplied() {
    let Some(gpu) = gpu() else { return };
    for dtype in ALL.into_iter().filter(|&dtype| is_computed(dtype)) {
        for (m, n, k) in [(5, 6, 7), (17, 33, 20), (1, 40, 300), (40, 2, 300)] {
            let what = format!("{} {m} x {k} x {n}", dtype.name());
            assert_agree(gpu, 0.0, &what, |on| {
                tensor(&whole(m * k, 2), &[m, k], dtype, on)?.matmul(&tensor(&whole(k * n, 1), &[k, n], dtype, on)?)
            });
        }
    }
}

#[test]
fn batches_are_broadcast_and_turned() {
    let Some(gpu) = gpu() else { return };
    for dtype in [DType::F32, DType::I64].into_iter().filter(|&dtype| is_computed(dtype)) {
        assert_agree(gpu, 0.0, "a batch", |on| {
            let a = tensor(&whole(4 * 9 * 11, 5), &[4, 11, 9], dtype, on)?;
            let b = tensor(&whole(3 * 11 * 6, 5), &[3, 1, 11, 6], dtype, on)?;
            let turned = a.layout.transpose(1, 2)?;
            a.with_layout(turned).matmul(&b)
        });
    }
}

#[test]
fn empty_products_are_zero() {
    let Some(gpu) = gpu() else { return };
    for (m, n, k) in [(3, 4, 0), (0, 4, 3), (3, 0, 4)] {
        for dtype in [DType::F32, DType::I32] {
            assert_agree(gpu, 0.0, "an empty product", |on| {
                tensor(&whole(m * k, 1), &[m, k], dtype, on)?.matmul(&tensor(&whole(k * n, 1), &[k, n], dtype, on)?)
            });
        }
    }
}

#[test]
fn fractions_are_multiplied_accurately() {
    let Some(gpu) = gpu() else { return };
    let data: Vec<f64> = whole(200 * 200, 1 << 20).iter().map(|x| x / (1 << 20) as f64).collect();
    for (dtype, tolerance) in [(DType::F32, 2e-5), (DType::F16, 2e-2), (DType::BF16, 1e-1), (DType::F64, 1e-13)] {
        if !is_computed(dtype) {
            continue;
        }
        assert_agree(gpu, tolerance, dtype.name(), |on| {
            let x = tensor(&data, &[200, 200], dtype, on)?;
            x.matmul(&x)
        });
    }
}
