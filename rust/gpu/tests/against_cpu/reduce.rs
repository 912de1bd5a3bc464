//! Every reduction over any axes of any layout and dtype.

use crate::compare::{Device, gpu};
use crate::numbers::{ALL, assert_agree, is_computed, tensor, whole};
use pyrite_core::{DType, Reduction, Result, Tensor};

const KINDS: [Reduction; 8] = [
    Reduction::Sum,
    Reduction::Prod,
    Reduction::Max,
    Reduction::Min,
    Reduction::Argmax,
    Reduction::Argmin,
    Reduction::Any,
    Reduction::All,
];

fn is_arithmetic(kind: Reduction) -> bool {
    matches!(kind, Reduction::Sum | Reduction::Prod)
}

#[test]
fn every_dtype_is_reduced_every_way() {
    let Some(gpu) = gpu() else { return };
    for dtype in ALL {
        for kind in KINDS {
            if is_arithmetic(kind) && (dtype == DType::Bool || !is_computed(dtype)) {
                continue;
            }
            let most = if kind == Reduction::Prod { 1 } else { 40 };
            for (shape, axis) in [([70, 9], 1), ([9, 70], 0), ([3, 700], 1)] {
                let what = format!("{kind:?} of {} over axis {axis} of {shape:?}", dtype.name());
                let count = shape[0] * shape[1];
                assert_agree(gpu, 0.0, &what, |on| {
                    tensor(&whole(count, most), &shape, dtype, on)?.reduce(kind, Some(&[axis]), false)
                });
            }
        }
    }
}

#[test]
fn long_lines_take_several_passes() {
    let Some(gpu) = gpu() else { return };
    for dtype in [DType::F32, DType::F16, DType::I64, DType::U8] {
        for kind in [Reduction::Sum, Reduction::Max, Reduction::Argmin, Reduction::All] {
            if is_arithmetic(kind) && !is_computed(dtype) {
                continue;
            }
            let what = format!("{kind:?} of {}", dtype.name());
            let data = whole(60_000, if dtype == DType::F16 { 1 } else { 1000 });
            assert_agree(gpu, 0.0, &what, |on| tensor(&data, &[3, 20_000], dtype, on)?.reduce(kind, Some(&[1]), false));
            assert_agree(gpu, 0.0, &what, |on| tensor(&data, &[1500, 40], dtype, on)?.reduce(kind, Some(&[0]), false));
        }
    }
}

#[test]
fn lines_of_every_length_and_start_are_reduced() {
    let Some(gpu) = gpu() else { return };
    for dtype in ALL.into_iter().filter(|&dtype| dtype != DType::Bool && is_computed(dtype)) {
        for length in [1, 2, 3, 4, 5, 7, 8, 9, 1023, 1024, 1025] {
            for (rows, start, end) in [(1, 0, 0), (1, 3, 0), (3, 0, 0), (3, 4, 8), (3, 1, 2)] {
                let wide = start + length + end;
                let data = whole(rows * wide, 1);
                let view = |on: Device| {
                    let base = tensor(&data, &[rows, wide], dtype, on)?;
                    Ok::<_, pyrite_core::Error>(base.with_layout(base.layout.slice(1, start, length, 1)?))
                };
                for kind in
                    [Reduction::Sum, Reduction::Prod, Reduction::Max, Reduction::Min, Reduction::Any, Reduction::All]
                {
                    let what = format!("{kind:?} of {rows} x {length} of {} from {start} of {wide}", dtype.name());
                    assert_agree(gpu, 0.0, &what, |on| view(on)?.reduce(kind, Some(&[1]), false));
                    assert_agree(gpu, 0.0, &what, |on| view(on)?.reduce(kind, None, false));
                }
            }
        }
    }
}

#[test]
fn nan_and_infinity_of_dense_lines_are_found() {
    let Some(gpu) = gpu() else { return };
    for special in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for (place, dtype) in
            (0..7).zip([DType::F32, DType::F16, DType::BF16, DType::F32, DType::F16, DType::BF16, DType::F32])
        {
            let mut data = whole(7, 1);
            data[place] = special;
            for kind in [Reduction::Sum, Reduction::Max, Reduction::Min, Reduction::Any, Reduction::All] {
                let what = format!("{kind:?} of {} with {special} at {place}", dtype.name());
                assert_agree(gpu, 0.0, &what, |on| tensor(&data, &[7], dtype, on)?.reduce(kind, None, false));
            }
        }
    }
}

#[test]
fn any_axes_of_any_view_are_reduced() {
    let Some(gpu) = gpu() else { return };
    let view = |on: Device| -> Result<Tensor> {
        let base = tensor(&whole(60 * 90, 50), &[60, 90], DType::F32, on)?;
        let layout = base.layout.slice(1, 5, 40, 2)?.transpose(0, 1)?.unsqueeze(1)?.expand(&[40, 3, 60])?;
        Ok(base.with_layout(layout))
    };
    let all: [&[isize]; 5] = [&[0], &[1], &[0, 2], &[1, 2], &[0, 1, 2]];
    for axes in all {
        for kind in [Reduction::Sum, Reduction::Argmax, Reduction::Min] {
            if kind != Reduction::Argmax || axes.len() == 1 {
                assert_agree(gpu, 0.0, &format!("{kind:?} over {axes:?}"), |on| {
                    view(on)?.reduce(kind, Some(axes), true)
                });
            }
        }
    }
    assert_agree(gpu, 0.0, "argmax of all", |on| view(on)?.reduce(Reduction::Argmax, None, false));
}

#[test]
fn nan_counts_as_the_extreme_at_its_first_place() {
    let Some(gpu) = gpu() else { return };
    let (nan, infinity) = (f64::NAN, f64::INFINITY);
    let data = [1.0, nan, infinity, nan, -infinity, 3.0, 3.0, -infinity, -0.0, 0.0, -1.0, -0.0];
    for dtype in [DType::F16, DType::BF16, DType::F32, DType::F64] {
        for kind in KINDS.into_iter().filter(|&kind| !is_arithmetic(kind) || is_computed(dtype)) {
            let what = format!("{kind:?} of {}", dtype.name());
            assert_agree(gpu, 0.0, &what, |on| tensor(&data, &[3, 4], dtype, on)?.reduce(kind, Some(&[1]), false));
        }
    }
}

#[test]
fn nothing_reduces_to_the_identity() {
    let Some(gpu) = gpu() else { return };
    for kind in [Reduction::Sum, Reduction::Prod, Reduction::Any, Reduction::All] {
        for shape in [[3, 0], [0, 3]] {
            assert_agree(gpu, 0.0, "an empty tensor", |on| {
                tensor(&[], &shape, DType::F32, on)?.reduce(kind, Some(&[1]), false)
            });
        }
    }
}

#[test]
fn integers_wrap_and_keep_all_their_bits() {
    let Some(gpu) = gpu() else { return };
    let large: Vec<u8> =
        [i64::MAX - 5, 7, -3, i64::MIN, 1 << 40, (1 << 40) + 1].iter().flat_map(|x| x.to_ne_bytes()).collect();
    for kind in KINDS.into_iter().filter(|&kind| !is_arithmetic(kind) || is_computed(DType::I64)) {
        assert_agree(gpu, 0.0, &format!("{kind:?}"), |on| {
            Tensor::from_bytes(&large, &[3, 2], DType::I64, on)?.reduce(kind, Some(&[0]), false)
        });
    }
    let bytes = Tensor::from_bytes(&[200, 100, 3], &[3], DType::U8, gpu).unwrap();
    assert_eq!(bytes.reduce(Reduction::Sum, None, false).unwrap().to_bytes().unwrap(), [47]);
}

#[test]
fn a_sum_has_the_same_bits_every_time() {
    let Some(gpu) = gpu() else { return };
    let data: Vec<f64> = whole(50_000, 1 << 30).iter().map(|x| x / 7.0).collect();
    let sum = || {
        let x = tensor(&data, &[50_000], DType::F32, gpu).unwrap();
        x.reduce(Reduction::Sum, None, false).unwrap().to_bytes().unwrap()
    };
    assert_eq!(sum(), sum());
}
