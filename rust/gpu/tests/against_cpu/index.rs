//! gather, scatter, reads and writes by several index tensors, nonzero: any layout, any dtype, duplicates, indices out of bounds.

use crate::compare::{Device, apply, assert_near, assert_same, floats, gpu, integers, ramp, to_floats};
use pyrite_core::{Backend, Combine, DType, Error, Op, Result, Tensor};
use pyrite_cpu::CPU;

/// Every dtype that tensors are stored in.
const DTYPES: [DType; 12] = DType::ALL;
/// Dtypes that every device combines.
const COMBINED: [DType; 8] =
    [DType::F32, DType::I32, DType::Bool, DType::U8, DType::I8, DType::I16, DType::F16, DType::BF16];

/// Whole numbers in any dtype.
fn numbers(values: &[i32], shape: &[usize], dtype: DType, on: Device) -> Result<Tensor> {
    let bytes = integers(values, shape, &CPU)?.to_dtype(dtype)?.to_bytes()?;
    Tensor::from_bytes(&bytes, shape, dtype, on)
}

fn indices(values: &[i64], shape: &[usize], on: Device) -> Result<Tensor> {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_ne_bytes()).collect();
    Tensor::from_bytes(&bytes, shape, DType::I64, on)
}

/// `count` numbers from -7 to 7.
fn small(count: usize) -> Vec<i32> {
    (0..count).map(|i| (i * 7919 % 15) as i32 - 7).collect()
}

/// `count` indices below `size`, many of them alike.
fn places(count: usize, size: usize) -> Vec<i64> {
    (0..count).map(|i| (i * i * 31 + i * 7 + i / 3) as i64 % size as i64).collect()
}

#[test]
fn gathers_along_any_axis() {
    let Some(gpu) = gpu() else { return };
    for dtype in DTYPES {
        for (axis, shape) in [(0, [3, 3, 4]), (1, [5, 7, 4]), (2, [5, 3, 9])] {
            assert_same(gpu, 0, |on| {
                let input = numbers(&small(60), &[5, 3, 4], dtype, on)?;
                let count = shape.iter().product();
                let size = input.shape()[axis];
                input.gather(axis as isize, &indices(&places(count, size), &shape, on)?)
            });
        }
    }
}

#[test]
fn gathers_through_views() {
    let Some(gpu) = gpu() else { return };
    for dtype in [DType::F32, DType::U8, DType::F64, DType::BF16] {
        assert_same(gpu, 0, |on| {
            let base = numbers(&small(13 * 11), &[13, 11], dtype, on)?;
            let input = base.with_layout(base.layout.slice(0, 2, 5, 2)?.transpose(0, 1)?);
            let index = indices(&places(20, 5), &[20], on)?;
            let index = index.with_layout(index.layout.slice(0, 1, 6, 3)?.unsqueeze(0)?.expand(&[9, 6])?);
            input.gather(1, &index)
        });
    }
    assert_same(gpu, 0, |on| numbers(&[7], &[], DType::I32, on)?.gather(0, &indices(&[0, 0, 0], &[3], on)?));
    assert_same(gpu, 0, |on| numbers(&[7, 8], &[2], DType::Bool, on)?.gather(0, &indices(&[], &[0], on)?));
}

#[test]
fn reads_by_several_index_tensors() {
    let Some(gpu) = gpu() else { return };
    for dtype in DTYPES {
        assert_same(gpu, 0, |on| {
            let input = numbers(&small(5 * 3 * 7), &[5, 3, 7], dtype, on)?;
            input.index(&[Some(&indices(&[4, -5, 0, 2, 2, -1], &[6], on)?)])
        });
        assert_same(gpu, 0, |on| {
            let input = numbers(&small(5 * 3 * 7), &[5, 3, 7], dtype, on)?;
            let (rows, columns) = (indices(&[4, -5], &[2, 1], on)?, indices(&[0, -7, 6], &[3], on)?);
            input.index(&[Some(&rows), None, Some(&columns)])
        });
    }
    assert_same(gpu, 0, |on| {
        let base = floats(&ramp(12 * 10), &[12, 10], on)?;
        let view = base.with_layout(base.layout.slice(1, 1, 3, 3)?.transpose(0, 1)?);
        let one = indices(&[2, 0, -1, 1], &[2, 2], on)?;
        view.index(&[Some(&one), Some(&one)])
    });
}

#[test]
fn reads_by_more_index_tensors_than_a_kernel_binds() {
    let Some(gpu) = gpu() else { return };
    for dtype in [DType::F32, DType::I64, DType::Bool] {
        assert_same(gpu, 0, |on| {
            let input = numbers(&small(64 * 3), &[2, 2, 2, 2, 2, 2, 3], dtype, on)?;
            let all: Vec<Tensor> = (0..6).map(|k| indices(&places(5 + k, 2)[k..], &[5], on)).collect::<Result<_>>()?;
            input.index(&all.iter().map(Some).collect::<Vec<_>>())
        });
    }
}

#[test]
fn the_last_of_several_writes_to_a_place_stays() {
    let Some(gpu) = gpu() else { return };
    for dtype in DTYPES {
        for axis in [0, 1] {
            assert_same(gpu, 0, |on| {
                let target = numbers(&small(9 * 6), &[9, 6], dtype, on)?;
                let index = indices(&places(8 * 5, 6), &[8, 5], on)?;
                target.scatter(axis, &index, &numbers(&small(10 * 7)[..70], &[10, 7], dtype, on)?, Combine::Set)?;
                Ok(target)
            });
        }
        assert_same(gpu, 0, |on| {
            let target = numbers(&small(11 * 3), &[11, 3], dtype, on)?;
            let source = numbers(&small(3000 * 3), &[3000, 3], dtype, on)?;
            target.index_put(&[Some(&indices(&places(3000, 10), &[3000], on)?)], &source, false)?;
            Ok(target)
        });
    }
}

#[test]
fn writes_through_views() {
    let Some(gpu) = gpu() else { return };
    for (dtype, how) in [
        (DType::F32, Combine::Set),
        (DType::F32, Combine::Add),
        (DType::U8, Combine::Set),
        (DType::U8, Combine::Add),
        (DType::F64, Combine::Set),
        (DType::F16, Combine::Add),
    ] {
        assert_same(gpu, 0, |on| {
            let base = numbers(&small(13 * 11), &[13, 11], dtype, on)?;
            let target = base.with_layout(base.layout.slice(0, 2, 5, 2)?.transpose(0, 1)?);
            let index = indices(&places(6, 5), &[6], on)?;
            let index = index.with_layout(index.layout.unsqueeze(0)?.expand(&[9, 6])?);
            let source = numbers(&small(6 * 9), &[6, 9], dtype, on)?;
            target.scatter(1, &index, &source.with_layout(source.layout.transpose(0, 1)?), how)?;
            let column = base.with_layout(base.layout.select(1, 3)?);
            let one = numbers(&[5], &[], dtype, on)?;
            column.index_put(&[Some(&indices(&[0, -1, 0, 5], &[2, 2], on)?)], &one, how == Combine::Add)?;
            Ok(base)
        });
    }
}

#[test]
fn sources_are_combined_in_every_way() {
    let Some(gpu) = gpu() else { return };
    let run = |dtype, how, on: Device| {
        let target = numbers(&small(9 * 6), &[9, 6], dtype, on)?;
        let index = indices(&places(3 * 6, 9), &[3, 6], on)?;
        target.scatter(0, &index, &numbers(&small(3 * 6), &[3, 6], dtype, on)?, how)?;
        Ok(target)
    };
    for how in [Combine::Add, Combine::Mul, Combine::Max, Combine::Min] {
        COMBINED.iter().for_each(|&dtype| assert_same(gpu, 0, |on| run(dtype, how, on)));
        assert_same(gpu, 0, |on| run(DType::I64, how, on));
        match run(DType::F64, how, gpu) {
            Ok(_) => assert_same(gpu, 0, |on| run(DType::F64, how, on)),
            Err(error) => assert!(error.to_string().contains("does not compute in 64-bit floats"), "{error}"),
        }
    }
    let special = [f32::NAN, f32::INFINITY, -0.0, 0.0, f32::NEG_INFINITY, 1.0, -1.0, f32::NAN];
    for how in [Combine::Max, Combine::Min, Combine::Add] {
        assert_same(gpu, 0, |on| {
            let target = floats(&special, &[8], on)?;
            target.scatter(0, &indices(&[1, 0, 3, 2, 5, 7, 6, 4], &[8], on)?, &floats(&special, &[8], on)?, how)?;
            Ok(target)
        });
    }
}

/// `count` sources added to rows of 2, and to single elements.
fn add_by_index(count: usize, of: fn(usize) -> Vec<f32>, on: Device) -> Result<[Tensor; 2]> {
    let (rows, single) = (floats(&of(300 * 2), &[300, 2], on)?, floats(&of(7000), &[7000], on)?);
    let index = indices(&places(count, 300), &[count], on)?;
    rows.index_put(&[Some(&index)], &floats(&of(count * 2), &[count, 2], on)?, true)?;
    let index = indices(&places(count, 7000), &[count], on)?;
    single.scatter(0, &index, &floats(&of(count), &[count], on)?, Combine::Add)?;
    Ok([rows, single])
}

#[test]
fn few_fractions_are_added_in_order() {
    let Some(gpu) = gpu() else { return };
    for k in [0, 1] {
        [1, 17, 256].iter().for_each(|&count| assert_same(gpu, 0, |on| Ok(add_by_index(count, ramp, on)?[k].clone())));
    }
}

#[test]
fn many_fractions_are_added_alike_on_every_run() {
    let Some(gpu) = gpu() else { return };
    for count in [700, 2048, 2049, 20_000] {
        for k in [0, 1] {
            let whole = |count| small(count).iter().map(|&x| x as f32).collect();
            assert_same(gpu, 0, |on| Ok(add_by_index(count, whole, on)?[k].clone()));
            assert_near(gpu, 1e-4, |on| Ok(add_by_index(count, ramp, on)?[k].clone()));
        }
        let run = || add_by_index(count, ramp, gpu).unwrap().map(|tensor| tensor.to_bytes().unwrap());
        assert_eq!(run(), run());
    }
}

#[test]
fn many_sources_meet_in_few_places() {
    let Some(gpu) = gpu() else { return };
    for dtype in COMBINED {
        for how in [Combine::Add, Combine::Mul, Combine::Max, Combine::Min] {
            assert_same(gpu, 0, |on| {
                let target = numbers(&small(3 * 2), &[3, 2], dtype, on)?;
                let source: Vec<i32> = small(6000 * 2).iter().map(|x| x % 2).collect();
                let index = indices(&places(6000, 2), &[6000, 1], on)?;
                let index = index.with_layout(index.layout.expand(&[6000, 2])?);
                target.scatter(0, &index, &numbers(&source, &[6000, 2], dtype, on)?, how)?;
                Ok(target)
            });
        }
    }
}

#[test]
fn writes_by_several_index_tensors() {
    let Some(gpu) = gpu() else { return };
    for accumulate in [false, true] {
        assert_same(gpu, 0, |on| {
            let target = floats(&ramp(5 * 3 * 7), &[5, 3, 7], on)?;
            let (rows, columns) = (indices(&[4, -1, 0], &[3, 1], on)?, indices(&[0, -7, 6, 6], &[4], on)?);
            target.index_put(
                &[Some(&rows), None, Some(&columns)],
                &floats(&ramp(12 * 3), &[3, 4, 3], on)?,
                accumulate,
            )?;
            Ok(target)
        });
        assert_same(gpu, 0, |on| {
            let target = floats(&ramp(64), &[2, 2, 2, 2, 2, 2], on)?;
            let all: Vec<Tensor> =
                (0..6).map(|k| indices(&places(40 + k, 2)[k..], &[40], on)).collect::<Result<_>>()?;
            target.index_put(&all.iter().map(Some).collect::<Vec<_>>(), &floats(&ramp(40), &[40], on)?, accumulate)?;
            Ok(target)
        });
    }
}

#[test]
fn no_indices_change_nothing() {
    let Some(gpu) = gpu() else { return };
    assert_same(gpu, 0, |on| {
        let x = floats(&ramp(12), &[4, 3], on)?;
        let none = indices(&[], &[0], on)?;
        x.index_put(&[None, Some(&none)], &floats(&[], &[4, 0], on)?, true)?;
        x.index_put(&[Some(&none)], &floats(&[1.0], &[], on)?, false)?;
        x.scatter(0, &indices(&[], &[0, 3], on)?, &floats(&[], &[0, 3], on)?, Combine::Set)?;
        Ok(x)
    });
    assert_same(gpu, 0, |on| floats(&ramp(12), &[4, 3], on)?.index(&[Some(&indices(&[], &[2, 0], on)?)]));
    assert_same(gpu, 0, |on| floats(&ramp(12), &[4, 3], on)?.index(&[]));
    assert_same(gpu, 0, |on| {
        let x = floats(&ramp(12), &[4, 3], on)?;
        x.index_put(&[], &floats(&[0.5], &[], on)?, true)?;
        Ok(x)
    });
}

#[test]
fn places_that_are_not_zero_are_listed() {
    let Some(gpu) = gpu() else { return };
    for dtype in DTYPES {
        assert_same(gpu, 0, |on| {
            let values: Vec<i32> = small(7 * 5 * 3).iter().map(|x| x * (x & 1)).collect();
            let base = numbers(&values, &[7, 5, 3], dtype, on)?;
            base.with_layout(base.layout.slice(0, 1, 3, 2)?.transpose(0, 2)?).nonzero()
        });
    }
    for count in [0, 1, 15, 16, 17, 16 * 1024, 40_000] {
        assert_same(gpu, 0, |on| {
            let values: Vec<i32> = (0..count).map(|i| i32::from(i % 3 == 0)).collect();
            numbers(&values, &[count], DType::Bool, on)?.nonzero()
        });
    }
    let special = [0.0, -0.0, f32::NAN, 1e-40, f32::INFINITY, -1e-45];
    assert_same(gpu, 0, |on| floats(&special, &[2, 3], on)?.nonzero());
    assert_same(gpu, 0, |on| floats(&[2.0], &[], on)?.nonzero());
    assert_same(gpu, 0, |on| floats(&[], &[3, 0], on)?.nonzero());
}

#[test]
fn a_zero_is_found() {
    let Some(gpu) = gpu() else { return };
    for dtype in [DType::I32, DType::I64, DType::U8, DType::I16] {
        for at in [None, Some(0), Some(999)] {
            let values: Vec<i32> = (0..1000).map(|i| i32::from(at != Some(i))).collect();
            let tensor = numbers(&values, &[1000], dtype, gpu).unwrap();
            assert_eq!(gpu.any_zero(&tensor.operand().unwrap()), Ok(at.is_some()), "{}", dtype.name());
        }
    }
    let n = integers(&[3, 0, 5], &[3], gpu).unwrap();
    assert_eq!(apply(Op::floor_divide, &[&n, &n]).unwrap_err(), Error::ZeroDivision);
}

#[test]
fn an_index_out_of_bounds_is_raised_at_the_next_read_back() {
    let Some(gpu) = gpu() else { return };
    let text = |wrong: i64, axis| format!("index {wrong} is out of bounds for dimension {axis} with size 3");
    let x = floats(&ramp(12), &[4, 3], gpu).unwrap();
    for wrong in [3, -4, i64::MIN, 1 << 32, (1 << 32) - 1, i64::MAX, -(1 << 32)] {
        let good = indices(&[0, 1], &[2], gpu).unwrap();
        let bad = indices(&[0, wrong], &[2], gpu).unwrap();
        let read = x.index(&[Some(&good), Some(&bad)]).unwrap();
        assert_eq!(read.to_bytes().unwrap_err(), Error::Index(text(wrong, 1)));
        let along = x.gather(1, &indices(&[0, wrong], &[1, 2], gpu).unwrap()).unwrap();
        assert_eq!(along.to_bytes().unwrap_err(), Error::Invalid(text(wrong, 1)));
        assert_eq!(to_floats(&x), ramp(12));
    }
    let below = x.gather(1, &indices(&[-1], &[1, 1], gpu).unwrap()).unwrap();
    assert_eq!(below.to_bytes().unwrap_err(), Error::Invalid(text(-1, 1)));
    assert_eq!(to_floats(&apply(Op::add, &[&x, &x]).unwrap()), ramp(12).iter().map(|x| x + x).collect::<Vec<_>>());
}

#[test]
fn rows_that_are_looked_up_do_not_count_from_the_end() {
    let Some(gpu) = gpu() else { return };
    assert_same(gpu, 0, |on| floats(&ramp(12), &[4, 3], on)?.index_select(1, &indices(&[2, 0, 2], &[3], on)?));
    let x = floats(&ramp(12), &[4, 3], gpu).unwrap();
    for wrong in [-1, 3, i64::MIN] {
        let index = indices(&[0, wrong], &[2], gpu).unwrap();
        let text = format!("index {wrong} is out of bounds for dimension 0 with size 3");
        assert_eq!(x.index_select(1, &index).unwrap().to_bytes().unwrap_err(), Error::Index(text));
        assert_eq!(to_floats(&x), ramp(12));
    }
}

#[test]
fn nothing_is_written_where_an_index_is_out_of_bounds() {
    let Some(gpu) = gpu() else { return };
    for how in [Combine::Set, Combine::Add] {
        let target = floats(&[0.0; 3], &[3], gpu).unwrap();
        let index = indices(&[1, 7, 1, -9], &[4], gpu).unwrap();
        let source = floats(&[1.0, 2.0, 4.0, 8.0], &[4], gpu).unwrap();
        target.index_put(&[Some(&index)], &source, how == Combine::Add).unwrap();
        assert!(matches!(target.to_bytes(), Err(Error::Index(_))));
        assert_eq!(to_floats(&target), if how == Combine::Set { [0.0, 4.0, 0.0] } else { [0.0, 5.0, 0.0] });
        target.scatter(0, &index, &source, how).unwrap();
        assert!(matches!(target.to_bytes(), Err(Error::Invalid(_))));
        assert_eq!(to_floats(&target), if how == Combine::Set { [0.0, 4.0, 0.0] } else { [0.0, 10.0, 0.0] });
    }
}

#[test]
fn the_first_of_several_reports_is_raised_once() {
    let Some(gpu) = gpu() else { return };
    let x = floats(&ramp(6), &[6], gpu).unwrap();
    let reads: Vec<Tensor> =
        [9, 8, 7].iter().map(|&wrong| x.index(&[Some(&indices(&[wrong], &[1], gpu).unwrap())]).unwrap()).collect();
    let text = "index 9 is out of bounds for dimension 0 with size 6".to_owned();
    assert_eq!(reads[2].to_bytes().unwrap_err(), Error::Index(text));
    assert_eq!(to_floats(&reads[2]), [0.0]);
}

#[test]
fn an_axis_of_no_size_has_no_places() {
    let Some(gpu) = gpu() else { return };
    for shape in [[0, 3], [3, 0]] {
        let empty = floats(&[], &shape, gpu).unwrap();
        let read = empty.index(&[Some(&indices(&[5], &[1], gpu).unwrap())]).unwrap();
        let other = floats(&[1.0], &[1], gpu).unwrap();
        let error = read.to_bytes().and_then(|_| other.to_bytes()).unwrap_err();
        let text = format!("index 5 is out of bounds for dimension 0 with size {}", shape[0]);
        assert_eq!(error, Error::Index(text));
    }
}

#[test]
fn reads_take_one_kernel_and_writes_three() {
    let Some(gpu) = gpu() else { return };
    let x = floats(&ramp(600), &[20, 30], gpu).unwrap();
    let index = indices(&places(50, 20), &[50], gpu).unwrap();
    let rows = x.index(&[Some(&index)]).unwrap();
    assert_eq!(gpu.dispatches(), 1);
    x.index_put(&[Some(&index)], &rows, false).unwrap();
    assert_eq!(gpu.dispatches(), 4);
    x.index_put(&[Some(&index)], &rows, true).unwrap();
    assert_eq!(gpu.dispatches(), 7);
    let mean = floats(&ramp(30), &[30], gpu).unwrap();
    x.index_put(&[Some(&indices(&[3], &[1], gpu).unwrap())], &mean, false).unwrap();
    assert_eq!(gpu.dispatches(), 9);
}
