use super::*;
use crate::Gpu;
use pyrite_core::tensor::Argument;
use pyrite_core::{Backend, DType, Op, Reduction, Scalar, Scan, Tensor};
use pyrite_cpu::CPU;

/// A GPU whose kernels see 4 KiB of a buffer; None where there is none and none is required.
fn narrow() -> Option<&'static Gpu> {
    match Context::open() {
        Ok(mut context) => {
            context.window = 4096;
            Some(Box::leak(Box::new(Gpu { context })))
        }
        Err(error) if std::env::var_os("PYRITE_REQUIRE_GPU").is_none() => {
            eprintln!("skipped: {error}");
            None
        }
        Err(error) => panic!("PYRITE_REQUIRE_GPU is set, but {error}"),
    }
}

/// Whole numbers between -3 and 3 in any dtype.
fn numbers(shape: &[usize], dtype: DType, on: &'static dyn Backend) -> Result<Tensor> {
    let count: usize = shape.iter().product();
    let bytes: Vec<u8> = (0..count).flat_map(|i| ((i * 7919 % 7) as f32 - 3.0).to_ne_bytes()).collect();
    let there = Tensor::from_bytes(&bytes, shape, DType::F32, &CPU)?.to_dtype(dtype)?;
    Tensor::from_bytes(&there.to_bytes()?, shape, dtype, on)
}

fn assert_same(gpu: &'static Gpu, what: &str, f: impl Fn(&'static dyn Backend) -> Result<Tensor>) {
    let (expected, actual) = (f(&CPU).unwrap(), f(gpu).unwrap_or_else(|error| panic!("{what}: {error}")));
    assert_eq!((expected.shape(), expected.dtype), (actual.shape(), actual.dtype), "{what}");
    assert!(expected.to_bytes().unwrap() == actual.to_bytes().unwrap(), "{what}");
}

fn doubled(x: &Tensor) -> Result<Tensor> {
    Tensor::elementwise(Op::add, &[Argument::Tensor(x), Argument::Tensor(x)])
}

const DTYPES: [DType; 7] = [DType::Bool, DType::U8, DType::I16, DType::F16, DType::F32, DType::I64, DType::I32];

#[test]
fn programs_run_piece_by_piece() {
    let Some(gpu) = narrow() else { return };
    for dtype in DTYPES {
        assert_same(gpu, "dense", |on| doubled(&numbers(&[20_011], dtype, on)?));
        assert_same(gpu, "cast", |on| numbers(&[20_011], dtype, on)?.to_dtype(DType::F32));
        assert_same(gpu, "transposed", |on| {
            let (x, y) = (numbers(&[90, 130], dtype, on)?, numbers(&[130, 90], dtype, on)?);
            let x = x.with_layout(x.layout.transpose(0, 1)?);
            Tensor::elementwise(Op::maximum, &[Argument::Tensor(&x), Argument::Tensor(&y)])
        });
        assert_same(gpu, "reversed and broadcast", |on| {
            let (x, y) = (numbers(&[71, 149], dtype, on)?, numbers(&[149], dtype, on)?);
            Tensor::elementwise(Op::minimum, &[Argument::Tensor(&x.flip(&[0, 1])?), Argument::Tensor(&y)])
        });
        assert_same(gpu, "filled", |on| Tensor::full(&[9_001], Scalar::Int(1), dtype, on));
    }
}

#[test]
fn several_outputs_and_inputs_on_one_memory_share_windows() {
    let Some(gpu) = narrow() else { return };
    assert_same(gpu, "shifted", |on| {
        let x = numbers(&[30_000], DType::F32, on)?;
        let part = |start| Ok::<_, Error>(x.with_layout(x.layout.slice(0, start, 29_000, 1)?));
        let sum = Tensor::elementwise(Op::add, &[Argument::Tensor(&part(0)?), Argument::Tensor(&part(77)?)])?;
        let flags = Tensor::elementwise(Op::gt, &[Argument::Tensor(&sum), Argument::Scalar(Scalar::Int(0))])?;
        let picked = Tensor::elementwise(Op::mul, &[Argument::Tensor(&sum), Argument::Tensor(&flags)])?;
        picked.operand()?;
        Tensor::elementwise(Op::add, &[Argument::Tensor(&picked), Argument::Tensor(&flags)])
    });
}

#[test]
fn parts_are_written_and_copied() {
    let Some(gpu) = narrow() else { return };
    for dtype in [DType::U8, DType::F16, DType::F32, DType::I64, DType::C64] {
        assert_same(gpu, dtype.name(), |on| {
            let x = numbers(&[90, 131], dtype, on)?;
            let turned = x.with_layout(x.layout.transpose(0, 1)?).to_contiguous()?;
            let held = turned.operand()?;
            turned.with_layout(turned.layout.slice(0, 3, 100, 1)?.slice(1, 1, 88, 1)?).assign(&Argument::Tensor(
                &x.with_layout(x.layout.slice(0, 1, 88, 1)?.slice(1, 2, 100, 1)?.transpose(0, 1)?),
            ))?;
            drop(held);
            Ok(turned)
        });
    }
}

#[test]
fn rows_and_whole_tensors_are_reduced() {
    let Some(gpu) = narrow() else { return };
    for dtype in DTYPES {
        for kind in [Reduction::Sum, Reduction::Max, Reduction::Min, Reduction::Any, Reduction::All] {
            if kind == Reduction::Sum && dtype == DType::Bool {
                continue;
            }
            let what = format!("{kind:?} of {}", dtype.name());
            assert_same(gpu, &what, |on| numbers(&[20_011], dtype, on)?.reduce(kind, None, false));
            assert_same(gpu, &what, |on| numbers(&[150, 101], dtype, on)?.reduce(kind, Some(&[1]), false));
            assert_same(gpu, &what, |on| numbers(&[101, 150], dtype, on)?.reduce(kind, Some(&[0]), false));
        }
        for axes in [None, Some(&[0][..]), Some(&[1][..])] {
            assert_same(gpu, "argmax", |on| numbers(&[150, 101], dtype, on)?.reduce(Reduction::Argmax, axes, false));
        }
    }
}

#[test]
fn a_small_view_of_a_large_tensor_is_like_any_other() {
    let Some(gpu) = narrow() else { return };
    assert_same(gpu, "rows", |on| {
        let x = numbers(&[500, 20], DType::F32, on)?;
        let rows = x.with_layout(x.layout.slice(0, 333, 20, 1)?);
        Ok(rows.matmul(&rows.sort(1, true, true)?.0)?.scan(Scan::Sum, 1)?.0)
    });
}

#[test]
fn what_no_window_holds_is_refused_with_the_limit() {
    let Some(gpu) = narrow() else { return };
    let x = numbers(&[3000], DType::F32, gpu).unwrap();
    let refused = [
        x.sort(0, false, true).map(drop),
        x.scan(Scan::Sum, 0).map(drop),
        x.gather(0, &numbers(&[3], DType::I64, gpu).unwrap()).map(drop),
    ];
    for error in refused.map(|result| result.unwrap_err().to_string()) {
        assert!(error.contains("the 4096 that a kernel can see") && error.contains("12000 bytes"), "{error}");
    }
}

#[test]
fn places_lie_between_the_ends_of_what_is_read() {
    let layout = Layout::contiguous(&[4, 5, 6]);
    assert_eq!(places(&layout, 0..120), 0..120);
    assert_eq!(places(&layout, 31..35), 31..35);
    assert_eq!(places(&layout, 0..0), 0..0);
    let turned = layout.transpose(0, 2).unwrap();
    assert_eq!(places(&turned, 0..1), 0..1);
    assert_eq!(places(&turned, 0..20), 0..115);
    assert_eq!(places(&layout.flip(&[0, 1, 2]).unwrap(), 0..6), 114..120);
}
