use super::capability::Matrices;
use super::plan::{Tiling, is_summed_in_f32, without_matrices};
use super::*;
use crate::memory::{download, upload};
use pyrite_core::{DType, Layout};
use wgpu::Backend;

/// The ways of a product of this dtype on a device that has everything it has been opened with.
fn methods(context: &Context, dtype: DType) -> Vec<Method> {
    let mut methods = vec![Method::Dots, Method::Simple];
    let tilings = [(64, 1), (128, 1), (64, 3)].map(|(side, parts)| Tiling { side, parts });
    if is_summed_in_f32(dtype) {
        methods.push(Method::Blocks);
        methods.extend(tilings.map(Method::Tiles));
    }
    if let (Some(offered), DType::F16) = (context.cooperative.offered, dtype) {
        // The corpus has no device that would refuse a size.
        let smaller = (context.adapter.backend == Backend::Noop).then_some(8);
        let sizes = std::iter::once(offered.size).chain(smaller);
        let forms = |size| [true, false].map(|has_vectors| Matrices { size, has_vectors });
        for matrices in sizes.flat_map(forms) {
            let tilings = tilings.into_iter().filter(|tiling| matrices.sides().contains(&tiling.side));
            methods.extend(tilings.map(|tiling| Method::Cooperative(matrices, tiling)));
        }
    }
    methods
}

/// Runs a product by every method that its dtype has.
pub fn every_method(context: &Context, a: &Operand, b: &Operand) -> Result<()> {
    let sizes = Sizes::of(a, b);
    let out = allocate(context, sizes.total() * a.dtype.size())?;
    let layout = Layout::contiguous(&[sizes.batch, sizes.m, sizes.n]);
    let zero = Operand { buffer: allocate(context, sizes.total() * a.dtype.size())?, layout, dtype: a.dtype };
    for method in methods(context, a.dtype) {
        let biases = if is_summed_in_f32(a.dtype) { vec![None, Some(&zero)] } else { vec![None] };
        biases.into_iter().try_for_each(|bias| Product { a, b, bias, out: &out, sizes }.run(context, method))?;
    }
    Ok(())
}

fn context() -> Option<Context> {
    match Context::open() {
        Ok(context) => Some(context),
        Err(error) if std::env::var_os("PYRITE_REQUIRE_GPU").is_none() => {
            eprintln!("skipped: {error}");
            None
        }
        Err(error) => panic!("PYRITE_REQUIRE_GPU is set, but {error}"),
    }
}

/// The products by every method that a device may choose, against sums in float64.
#[test]
fn every_method_gives_the_product() {
    let Some(context) = context() else { return };
    let all = [
        (2, 5, 7, 33),
        (1, 130, 130, 40),
        (1, 67, 70, 41),
        (2, 68, 76, 44),
        (1, 64, 128, 16),
        (1, 128, 256, 96),
        (3, 1, 9, 50),
        (1, 66, 3, 700),
        (1, 2, 3, 40_000),
        (2, 4, 8, 0),
    ];
    for (batch, m, n, k) in all {
        let sizes = Sizes { batch, m, n, k };
        let dtypes = [DType::F32, DType::F16, DType::BF16];
        for dtype in dtypes.into_iter().filter(|&dtype| dtype == DType::F32 || (16..100).contains(&m)) {
            for (turned_a, turned_b) in [(false, false), (true, false), (false, true), (true, true)] {
                let a = matrices(&context, batch, m, k, turned_a, dtype);
                let b = matrices(&context, batch, k, n, turned_b, dtype);
                let line = matrices(&context, 1, 1, n, false, dtype);
                let bias = Operand { layout: line.layout.broadcast(&[batch, m, n]).unwrap(), ..line };
                let bias = (turned_a == turned_b).then_some(&bias);
                let expected = expected(sizes, turned_a, turned_b);
                for method in methods(&context, dtype) {
                    let out = allocate(&context, sizes.total() * dtype.size()).unwrap();
                    Product { a: &a, b: &b, bias, out: &out, sizes }.run(&context, method).unwrap();
                    for (i, actual) in numbers(&context, &out, sizes.total(), dtype).into_iter().enumerate() {
                        let expected = expected[i] + bias.map_or(0.0, |_| element(i % n));
                        let error = if dtype == DType::BF16 { 4e-3 } else { 1e-3 };
                        let is_near = (actual - expected).abs() <= error * expected.abs() + 1e-4;
                        assert!(
                            is_near,
                            "{method:?} of {sizes:?} in {dtype:?}: element {i} is {actual}, not {expected}"
                        );
                    }
                }
            }
        }
    }
}

/// Where the bias lies in a factor's memory, or both factors are one, they are read like one another.
#[test]
fn operands_may_share_memory() {
    let Some(context) = context() else { return };
    for dtype in [DType::F32, DType::F16] {
        let a = matrices(&context, 1, 64, 64, false, dtype);
        let b = Operand { layout: a.layout.transpose(1, 2).unwrap(), ..a.clone() };
        let sizes = Sizes::of(&a, &b);
        let expected = expected(sizes, false, true);
        for bias in [None, Some(&a)] {
            let could = |method: &Method| bias.is_none() || !matches!(method, Method::Cooperative(..));
            for method in methods(&context, dtype).into_iter().filter(could) {
                let out = allocate(&context, sizes.total() * dtype.size()).unwrap();
                Product { a: &a, b: &b, bias, out: &out, sizes }.run(&context, method).unwrap();
                for (i, actual) in numbers(&context, &out, sizes.total(), dtype).into_iter().enumerate() {
                    let expected = expected[i] + bias.map_or(0.0, |_| element(i));
                    assert!(
                        (actual - expected).abs() <= 1e-3 * expected.abs() + 1e-4,
                        "{method:?}: {actual}, not {expected}"
                    );
                }
            }
        }
    }
}

/// Cooperative matrices that a device offers pass their trial.
#[test]
fn cooperative_matrices_are_right() {
    let Some(context) = context() else { return };
    let usable = context.cooperative.usable(&context).unwrap();
    let standing = context.cooperative.standing(&context).unwrap();
    assert_eq!(usable, context.cooperative.offered, "{standing}");
    eprintln!("cooperative matrices: {standing}");
}

/// Sixteenths of small integers: every dtype here holds them.
fn element(i: usize) -> f32 {
    (i * 7919 % 109) as f32 / 64.0 - 0.8125
}

fn strides(rows: usize, columns: usize, is_turned: bool) -> [usize; 3] {
    [rows * columns, if is_turned { 1 } else { columns }, if is_turned { rows } else { 1 }]
}

fn matrices(context: &Context, batch: usize, rows: usize, columns: usize, is_turned: bool, dtype: DType) -> Operand {
    let numbers = (0..batch * rows * columns).map(element);
    let bytes: Vec<u8> = numbers.flat_map(|x| bits(x, dtype).to_ne_bytes()[..dtype.size()].to_vec()).collect();
    let strides = strides(rows, columns, is_turned).map(|stride| stride as isize);
    let layout = Layout {
        shape: [batch, rows, columns].into_iter().collect(),
        strides: strides.into_iter().collect(),
        offset: 0,
    };
    Operand { buffer: upload(context, &bytes).unwrap(), layout, dtype }
}

/// The bits of a number that the dtype holds: the upper ones of its float32, but for where float16's exponent begins.
fn bits(x: f32, dtype: DType) -> u32 {
    let bits = x.to_bits();
    match dtype {
        DType::F16 if x == 0.0 => 0,
        DType::F16 => (bits >> 16 & 0x8000) | (((bits & 0x7fff_ffff) - 0x3800_0000) >> 13),
        DType::BF16 => bits >> 16,
        _ => bits,
    }
}

fn numbers(context: &Context, buffer: &Buffer, count: usize, dtype: DType) -> Vec<f32> {
    let mut bytes = vec![0; count * dtype.size()];
    download(context, buffer, 0, &mut bytes).unwrap();
    let number = |chunk: &[u8]| match *chunk {
        [a, b, c, d] => f32::from_ne_bytes([a, b, c, d]),
        [a, b] if dtype == DType::F16 => {
            let bits = u32::from(u16::from_ne_bytes([a, b]));
            let size = f32::from_bits((bits & 0x7fff) << 13) * 2f32.powi(112);
            if bits & 0x8000 == 0 { size } else { -size }
        }
        [a, b] => f32::from_bits(u32::from(u16::from_ne_bytes([a, b])) << 16),
        _ => unreachable!("dtypes here have two or four bytes"),
    };
    bytes.chunks_exact(dtype.size()).map(number).collect()
}

fn expected(Sizes { batch, m, n, k }: Sizes, turned_a: bool, turned_b: bool) -> Vec<f32> {
    let (sa, sb) = (strides(m, k, turned_a), strides(k, n, turned_b));
    let dot = |z: usize, i: usize, j: usize| {
        let term = |l: usize| {
            let (a, b) = (element(z * sa[0] + i * sa[1] + l * sa[2]), element(z * sb[0] + l * sb[1] + j * sb[2]));
            f64::from(a) * f64::from(b)
        };
        (0..k).map(term).sum::<f64>() as f32
    };
    let places = (0..batch).flat_map(|z| (0..m).flat_map(move |i| (0..n).map(move |j| (z, i, j))));
    places.map(|(z, i, j)| dot(z, i, j)).collect()
}

#[test]
fn the_method_follows_the_shape() {
    let of = |batch, m, n, k, dtype, software| without_matrices(Sizes { batch, m, n, k }, dtype, software);
    let tiles = |side, parts| Method::Tiles(Tiling { side, parts });
    assert_eq!(of(1, 1, 4096, 4096, DType::F32, false), Method::Dots);
    assert_eq!(of(1, 4096, 4096, 64, DType::F16, false), tiles(128, 1));
    assert_eq!(of(1, 64, 64, 65_536, DType::F32, false), tiles(64, 128));
    assert_eq!(of(1, 64, 64, 64, DType::F32, true), Method::Blocks);
    assert_eq!(of(1, 64, 64, 64, DType::I64, true), Method::Simple);
}
