//! Scans along any axis.

use crate::compare::{Device, gpu};
use crate::numbers::{ALL, assert_agree, is_computed, tensor, whole};
use pyrite_core::{DType, Result, Scan, Tensor};
use pyrite_gpu::Gpu;

fn assert_scans_agree(gpu: &'static Gpu, tolerance: f64, what: &str, kind: Scan, x: impl Fn(Device) -> Result<Tensor>) {
    assert_agree(gpu, tolerance, what, |on| Ok(x(on)?.scan(kind, 1)?.0));
    if matches!(kind, Scan::Max | Scan::Min) {
        assert_agree(gpu, 0.0, &format!("places of {what}"), |on| {
            Ok(x(on)?.scan(kind, 1)?.1.expect("they have places"))
        });
    }
}

#[test]
fn every_dtype_is_scanned_every_way() {
    let Some(gpu) = gpu() else { return };
    for dtype in ALL {
        for kind in [Scan::Sum, Scan::Prod, Scan::Max, Scan::Min] {
            if matches!(kind, Scan::Sum | Scan::Prod) && (dtype == DType::Bool || !is_computed(dtype)) {
                continue;
            }
            for shape in [[40, 7], [3, 300], [2, 5000]] {
                let most = if shape[1] == 5000 || kind == Scan::Prod { 1 } else { 6 };
                let tolerance = if dtype == DType::BF16 { 0.01 } else { 0.0 };
                let what = format!("{kind:?} of {} {shape:?}", dtype.name());
                assert_scans_agree(gpu, tolerance, &what, kind, |on| {
                    tensor(&whole(shape[0] * shape[1], most), &shape, dtype, on)
                });
            }
        }
    }
}

#[test]
fn columns_and_views_are_scanned() {
    let Some(gpu) = gpu() else { return };
    for kind in [Scan::Sum, Scan::Max] {
        assert_scans_agree(gpu, 0.0, "columns", kind, |on| {
            let base = tensor(&whole(3000 * 6, 100), &[3000, 6], DType::F32, on)?;
            let layout = base.layout.slice(0, 7, 2900, 1)?.transpose(0, 1)?;
            Ok(base.with_layout(layout))
        });
    }
    for shape in [[0, 4], [4, 0]] {
        assert_scans_agree(gpu, 0.0, "nothing", Scan::Min, |on| tensor(&[], &shape, DType::I64, on));
    }
    assert_agree(gpu, 0.0, "a scalar", |on| Ok(tensor(&[3.0], &[], DType::F32, on)?.scan(Scan::Sum, 0)?.0));
}

#[test]
fn a_million_fractions_add_up() {
    let Some(gpu) = gpu() else { return };
    assert_scans_agree(gpu, 2e-6, "a million", Scan::Sum, |on| {
        tensor(&vec![0.1; 1 << 20], &[1, 1 << 20], DType::F32, on)
    });
    assert_scans_agree(gpu, 0.0, "the largest of many", Scan::Max, |on| {
        tensor(&whole(1 << 20, 1 << 40), &[1, 1 << 20], DType::F64, on)
    });
}

#[test]
fn nan_stays_once_it_has_come() {
    let Some(gpu) = gpu() else { return };
    let (nan, infinity) = (f64::NAN, f64::INFINITY);
    let data = [1.0, nan, infinity, nan, -infinity, 3.0, 3.0, infinity, -0.0, 0.0, 0.0, -1.0];
    for dtype in [DType::F16, DType::F32, DType::F64] {
        for kind in [Scan::Sum, Scan::Prod, Scan::Max, Scan::Min] {
            if matches!(kind, Scan::Sum | Scan::Prod) && !is_computed(dtype) {
                continue;
            }
            let what = format!("{kind:?} of {}", dtype.name());
            assert_scans_agree(gpu, 0.0, &what, kind, |on| tensor(&data, &[3, 4], dtype, on));
        }
    }
}

#[test]
fn exponentials_do_not_overflow() {
    let Some(gpu) = gpu() else { return };
    let (nan, infinity) = (f64::NAN, f64::INFINITY);
    let data = [-infinity, 1000.0, 1000.0, -200.0, infinity, 1.0, nan, 2.0];
    for (dtype, tolerance) in [(DType::F32, 1e-6), (DType::F16, 1e-3)] {
        assert_scans_agree(gpu, tolerance, "few", Scan::LogSumExp, |on| tensor(&data, &[1, 8], dtype, on));
        let many: Vec<f64> = whole(6000, 500).iter().map(|x| x / 100.0).collect();
        assert_scans_agree(gpu, tolerance, "many", Scan::LogSumExp, |on| tensor(&many, &[2, 3000], dtype, on));
    }
}
