use crate::Gpu;
use pyrite_core::tensor::Argument;
use pyrite_core::{Backend, DType, Layout, Op, Result, Scalar, Tensor};
use pyrite_cpu::CPU;

type Device = &'static dyn Backend;

/// None where there is no GPU and none is required.
fn gpu() -> Option<&'static Gpu> {
    match Gpu::open() {
        Ok(gpu) => Some(Box::leak(Box::new(gpu))),
        Err(error) if std::env::var_os("PYRITE_REQUIRE_GPU").is_none() => {
            eprintln!("skipped: {error}");
            None
        }
        Err(error) => panic!("PYRITE_REQUIRE_GPU is set, but {error}"),
    }
}

/// Small whole numbers, and what is special among floats.
fn numbers(shape: &[usize], dtype: DType, on: Device) -> Result<Tensor> {
    let special = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 65504.0];
    let number = |i: usize| match i % 11 {
        10 if dtype.is_float() => special[i / 11 % special.len()],
        k => k as f32 - 4.0 + (i / 11 % 3) as f32,
    };
    let count: usize = shape.iter().product();
    let bytes: Vec<u8> = (0..count).flat_map(|i| number(i).to_ne_bytes()).collect();
    let there = Tensor::from_bytes(&bytes, shape, DType::F32, &CPU)?.to_dtype(dtype)?;
    Tensor::from_bytes(&there.to_bytes()?, shape, dtype, on)
}

fn values(tensor: &Tensor) -> Vec<u64> {
    let there = Tensor::from_bytes(&tensor.to_bytes().unwrap(), tensor.shape(), tensor.dtype, &CPU).unwrap();
    let wide = if tensor.dtype.is_complex() { there } else { there.to_dtype(DType::F64).unwrap() };
    let bits = |b: &[u8]| f64::from_ne_bytes(b.try_into().unwrap());
    wide.to_bytes().unwrap().chunks_exact(8).map(bits).map(|x| if x.is_nan() { 1 } else { x.to_bits() }).collect()
}

/// Asserts that `f` gives the same numbers on both devices; any NaN is like another.
fn assert_same(gpu: &'static Gpu, what: &str, f: impl Fn(Device) -> Result<Tensor>) {
    let (expected, actual) = (f(&CPU).unwrap(), f(gpu).unwrap_or_else(|error| panic!("{what}: {error}")));
    assert_eq!((expected.shape(), expected.dtype), (actual.shape(), actual.dtype), "{what}");
    assert!(values(&expected) == values(&actual), "{what}");
}

fn dtypes(gpu: &Gpu) -> impl Iterator<Item = DType> {
    DType::ALL.into_iter().filter(|dtype| !dtype.is_complex() && gpu.supports(*dtype))
}

fn view(tensor: &Tensor, layout: Result<Layout>) -> Result<Tensor> {
    Ok(tensor.with_layout(layout?))
}

fn apply(op: Op, tensors: &[&Tensor]) -> Result<Tensor> {
    Tensor::elementwise(op, &tensors.iter().map(|t| Argument::Tensor(t)).collect::<Vec<_>>())
}

const LENGTHS: [usize; 14] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1023, 1024, 1025, 1030];

#[test]
fn dense_elements_of_every_length_and_start() {
    let Some(gpu) = gpu() else { return };
    for dtype in dtypes(gpu) {
        for length in LENGTHS {
            for (x, y) in [(0, 0), (4, 8), (1, 1), (2, 4), (3, 0), (6, 2)] {
                let what = format!("{length} of {} from {x} and {y}", dtype.name());
                assert_same(gpu, &what, |on| {
                    let base = numbers(&[length + 8], dtype, on)?;
                    let part = |start| view(&base, base.layout.slice(0, start, length, 1));
                    apply(Op::maximum, &[&part(x)?, &part(y)?])
                });
            }
        }
    }
}

#[test]
fn elements_of_different_sizes_in_one_kernel() {
    let Some(gpu) = gpu() else { return };
    for from in dtypes(gpu) {
        for to in dtypes(gpu) {
            for length in [3, 64, 67] {
                let what = format!("{length} of {} as {}", from.name(), to.name());
                assert_same(gpu, &what, |on| {
                    let x = apply(
                        Op::minimum,
                        &[&numbers(&[length], from, on)?, &Tensor::full(&[], Scalar::Int(3), from, on)?],
                    )?;
                    let flags = apply(Op::isnan, &[&x.to_dtype(DType::F32)?])?;
                    let small = apply(Op::select, &[&flags, &Tensor::full(&[length], Scalar::Int(1), from, on)?, &x])?;
                    let cast =
                        apply(Op::maximum, &[&small, &Tensor::full(&[], Scalar::Int(0), from, on)?])?.to_dtype(to)?;
                    cast.operand()?;
                    apply(Op::add, &[&cast.to_dtype(DType::I32)?, &flags.to_dtype(DType::I32)?])
                });
            }
        }
    }
}

#[test]
fn rows_columns_and_single_elements_are_broadcast() {
    let Some(gpu) = gpu() else { return };
    for dtype in dtypes(gpu) {
        for [rows, columns] in [[3, 8], [5, 7], [4, 1], [2, 1028], [3, 4]] {
            for start in [0, 1, 4] {
                let what = format!("{rows} x {columns} of {} from {start}", dtype.name());
                assert_same(gpu, &what, |on| {
                    let x = numbers(&[rows, columns], dtype, on)?;
                    let base = numbers(&[columns + rows + 8], dtype, on)?;
                    let row = view(&base, base.layout.slice(0, start, columns, 1))?;
                    let column = view(&base, base.layout.slice(0, start, rows, 1)?.unsqueeze(1))?;
                    let one = view(&base, base.layout.select(0, start as isize))?;
                    let y = apply(Op::maximum, &[&apply(Op::minimum, &[&x, &row])?, &column])?;
                    apply(Op::minimum, &[&y, &one])
                });
            }
        }
    }
}

#[test]
fn strided_elements_of_every_rank() {
    let Some(gpu) = gpu() else { return };
    for dtype in [DType::U8, DType::F16, DType::F32, DType::I64] {
        for inner in [4, 5] {
            assert_same(gpu, &format!("{} inner {inner}", dtype.name()), |on| {
                let x = numbers(&[2, 3, 2, 2, 3, inner + 1, 8], DType::I32, on)?.to_dtype(dtype)?;
                x.operand()?;
                let part = x.layout.slice(5, 1, inner, 1)?.slice(6, 0, 4, 2)?;
                let mut sum: Option<Tensor> = None;
                for order in
                    [[0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0], [1, 0, 3, 2, 4, 6, 5], [2, 4, 0, 1, 3, 6, 5]]
                {
                    let y = view(&x, part.permute(&order))?;
                    let y = view(&y, y.layout.flip(&[1, 6]))?.to_contiguous()?;
                    y.operand()?;
                    let flat = Layout::contiguous(&[y.layout.numel()]);
                    let y = y.with_layout(flat);
                    let more = Tensor::full(&[1], Scalar::Int(1), dtype, on)?;
                    sum = Some(apply(Op::add, &[&y, sum.as_ref().unwrap_or(&more)])?.to_dtype(dtype)?);
                }
                Ok(sum.unwrap())
            });
        }
    }
}

#[test]
fn parts_are_written_and_what_lies_beside_them_stays() {
    let Some(gpu) = gpu() else { return };
    for dtype in dtypes(gpu) {
        for [rows, columns] in [[1, 3], [1, 17], [4, 4], [3, 8], [3, 6], [1, 1030]] {
            for (start, wide) in [(0, columns), (0, columns + 4), (4, columns + 8), (1, columns + 3), (2, columns + 6)]
            {
                let what = format!("{rows} x {columns} of {} from {start} of {wide}", dtype.name());
                assert_same(gpu, &what, |on| {
                    let x = numbers(&[rows + 1, wide], dtype, on)?;
                    let target = view(&x, x.layout.slice(0, 0, rows, 1)?.slice(1, start, columns, 1))?;
                    target.assign(&Argument::Tensor(&numbers(&[columns], dtype, on)?))?;
                    let last = view(&x, x.layout.slice(0, rows, 1, 1)?.slice(1, start, columns, 1))?;
                    last.assign(&Argument::Scalar(Scalar::Int(1)))?;
                    Ok(x)
                });
            }
        }
    }
}

#[test]
fn results_take_the_memory_of_inputs() {
    let Some(gpu) = gpu() else { return };
    for dtype in dtypes(gpu) {
        for length in [4, 7, 1024, 1029] {
            assert_same(gpu, &format!("{length} of {}", dtype.name()), |on| {
                let x = numbers(&[length], dtype, on)?;
                for _ in 0..3 {
                    let part = view(&x, x.layout.slice(0, 1, length - 1, 1))?;
                    let one = view(&x, x.layout.slice(0, 0, 1, 1))?;
                    part.assign(&Argument::Tensor(&apply(Op::maximum, &[&part, &one])?))?;
                    x.assign(&Argument::Tensor(&apply(Op::minimum, &[&x, &x])?))?;
                }
                Ok(x)
            });
        }
    }
}

#[test]
fn one_memory_is_read_and_written_as_two_dtypes() {
    let Some(gpu) = gpu() else { return };
    for start in [0, 1, 4] {
        assert_same(gpu, &format!("from {start}"), |on| {
            let x = numbers(&[64], DType::U8, on)?;
            let words = x.view_dtype(DType::I32)?;
            let target = view(&x, x.layout.slice(0, start, 4, 1))?;
            target.assign(&Argument::Tensor(&view(&words, words.layout.slice(0, 8, 4, 1))?))?;
            Ok(x)
        });
    }
}

#[test]
fn a_chain_is_one_kernel_of_vectors() {
    let Some(gpu) = gpu() else { return };
    let x = numbers(&[1003], DType::F32, gpu).unwrap();
    let mut y = apply(Op::abs, &[&x]).unwrap();
    for op in [Op::add, Op::neg, Op::mul, Op::abs, Op::sub, Op::relu, Op::neg, Op::maximum, Op::sqrt] {
        y = apply(op, &[&y, &x][..op.arity()]).unwrap();
    }
    y.operand().unwrap();
    assert_eq!(gpu.dispatches(), 1);
    let texts = gpu.context.pipelines.texts();
    assert!(texts.len() == 1 && texts[0].matches("array<vec4<u32>>").count() == 2, "{texts:?}");
}
