//! Sorts and the largest of each line.

use crate::compare::{Device, gpu};
use crate::numbers::{ALL, assert_agree, tensor, whole};
use pyrite_core::{DType, Result, Tensor};
use pyrite_gpu::Gpu;

fn assert_sorts_agree(gpu: &'static Gpu, what: &str, axis: isize, x: impl Fn(Device) -> Result<Tensor>) {
    for descending in [false, true] {
        let what = format!("{what}, descending: {descending}");
        assert_agree(gpu, 0.0, &what, |on| Ok(x(on)?.sort(axis, descending, true)?.0));
        assert_agree(gpu, 0.0, &format!("places of {what}"), |on| Ok(x(on)?.sort(axis, descending, true)?.1));
    }
}

/// The CPU gives equal elements in PyTorch's order, the GPU too in short lines, in longer ones as a stable sort does.
fn assert_tops_agree(gpu: &'static Gpu, what: &str, k: isize, x: impl Fn(Device) -> Result<Tensor>) {
    let places = |on: Device, largest: bool| -> Result<Tensor> {
        let x = x(on)?;
        if on.name() != "cpu" || x.shape().last().is_some_and(|&length| length <= 64) {
            return Ok(x.topk(k, -1, largest)?.1);
        }
        let places = x.sort(-1, largest, true)?.1;
        let first = places.layout.slice(-1, 0, k as usize, 1)?;
        Ok(places.with_layout(first))
    };
    for largest in [false, true] {
        let what = format!("{k} of {what}, largest: {largest}");
        assert_agree(gpu, 0.0, &what, |on| Ok(x(on)?.topk(k, -1, largest)?.0));
        assert_agree(gpu, 0.0, &format!("places of {what}"), |on| places(on, largest));
    }
}

#[test]
fn every_dtype_is_sorted_stably() {
    let Some(gpu) = gpu() else { return };
    for dtype in ALL {
        for shape in [[50, 6], [3, 1024], [2, 1025]] {
            let what = format!("{} {shape:?}", dtype.name());
            assert_sorts_agree(gpu, &what, 1, |on| tensor(&whole(shape[0] * shape[1], 90), &shape, dtype, on));
        }
    }
}

#[test]
fn lines_of_any_length_are_sorted() {
    let Some(gpu) = gpu() else { return };
    for length in [1, 2, 3, 1023, 2048, 3000, 5121, 70_001] {
        assert_sorts_agree(gpu, &format!("{length}"), 0, |on| tensor(&whole(length, 1000), &[length], DType::F32, on));
    }
    for shape in [[0, 5], [5, 0]] {
        assert_sorts_agree(gpu, "nothing", 1, |on| tensor(&[], &shape, DType::F32, on));
    }
    assert_sorts_agree(gpu, "columns", 0, |on| {
        let base = tensor(&whole(4000 * 6, 100), &[4000, 6], DType::I64, on)?;
        let layout = base.layout.slice(0, 3, 3000, 1)?;
        Ok(base.with_layout(layout))
    });
}

#[test]
fn nan_comes_last_and_zeros_are_equal() {
    let Some(gpu) = gpu() else { return };
    let (nan, infinity) = (f64::NAN, f64::INFINITY);
    let data = [1.0, nan, infinity, -0.0, 0.0, -infinity, -nan, -1.0, 0.0, -0.0];
    for dtype in [DType::F16, DType::BF16, DType::F32, DType::F64] {
        assert_sorts_agree(gpu, dtype.name(), 0, |on| tensor(&data, &[10], dtype, on));
        assert_tops_agree(gpu, dtype.name(), 4, |on| tensor(&data, &[10], dtype, on));
        let x = tensor(&data, &[10], dtype, gpu).unwrap();
        let (values, _) = x.sort(0, false, true).unwrap();
        let there = tensor(&data, &[10], dtype, &pyrite_cpu::CPU).unwrap().sort(0, false, true).unwrap().0;
        assert_eq!(values.to_bytes().unwrap(), there.to_bytes().unwrap(), "signs of zero in {}", dtype.name());
    }
}

#[test]
fn the_largest_are_found() {
    let Some(gpu) = gpu() else { return };
    for dtype in [DType::U8, DType::I64, DType::F32] {
        for (shape, k) in
            [([40, 10], 3), ([2, 5000], 5), ([2, 5000], 256), ([1, 3000], 700), ([3, 1030], 7), ([3, 4], 0)]
        {
            let what = format!("{} {shape:?}", dtype.name());
            assert_tops_agree(gpu, &what, k, |on| tensor(&whole(shape[0] * shape[1], 120), &shape, dtype, on));
        }
    }
    assert_tops_agree(gpu, "many", 200, |on| tensor(&whole(300_000, 1 << 20), &[300_000], DType::F32, on));
}

#[test]
fn equals_of_short_lines_and_bools_stand_as_the_cpu_leaves_them() {
    let Some(gpu) = gpu() else { return };
    let lines = [(DType::F32, 1), (DType::F32, 3), (DType::I64, 17), (DType::U8, 40), (DType::F16, 64)];
    for (dtype, length) in lines {
        let what = format!("{} in lines of {length}", dtype.name());
        let x = |on: Device| tensor(&whole(3 * length, 5), &[3, length], dtype, on);
        for descending in [false, true] {
            assert_agree(gpu, 0.0, &what, |on| Ok(x(on)?.sort(1, descending, false)?.1));
            for k in [1, length / 3, length] {
                assert_agree(gpu, 0.0, &what, |on| Ok(x(on)?.topk(k as isize, 1, descending)?.1));
            }
        }
        for k in [0, length / 2, length - 1] {
            assert_agree(gpu, 0.0, &what, |on| x(on)?.kth(k, 1));
        }
    }
    for length in [65, 1000, 8192] {
        let x = |on: Device| tensor(&whole(3 * length, 1), &[3, length], DType::Bool, on);
        assert_agree(gpu, 0.0, &format!("{length} bools"), |on| Ok(x(on)?.sort(1, length == 1000, false)?.1));
    }
}
