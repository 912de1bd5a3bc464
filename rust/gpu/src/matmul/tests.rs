use super::*;
use crate::memory::{download, upload};

/// Runs a product by every method that its dtype has.
pub fn every_method(context: &Context, a: &Operand, b: &Operand) -> Result<()> {
    let sizes = Sizes::of(a, b);
    let any = [Method::Dots, Method::Simple];
    let tiles = [(64, 1), (128, 1), (64, 3)].map(|(side, parts)| Method::Tiles { side, parts });
    let floats = std::iter::once(Method::Blocks).chain(tiles).filter(|_| is_summed_in_f32(a.dtype));
    let out = allocate(context, sizes.total() * a.dtype.size())?;
    let layout = Layout::contiguous(&[sizes.batch, sizes.m, sizes.n]);
    let zero = Operand { buffer: allocate(context, sizes.total() * a.dtype.size())?, layout, dtype: a.dtype };
    for method in any.into_iter().chain(floats) {
        let biases = if is_summed_in_f32(a.dtype) { vec![None, Some(&zero)] } else { vec![None] };
        biases.into_iter().try_for_each(|bias| Product { a, b, bias, out: &out, sizes }.run(context, method))?;
    }
    Ok(())
}

/// The products by every method that a device may choose, against sums in float64.
#[test]
fn every_method_gives_the_product() {
    let context = match Context::open() {
        Ok(context) => context,
        Err(error) if std::env::var_os("PYRITE_REQUIRE_GPU").is_none() => return eprintln!("skipped: {error}"),
        Err(error) => panic!("PYRITE_REQUIRE_GPU is set, but {error}"),
    };
    let all = [
        (2, 5, 7, 33),
        (1, 130, 70, 40),
        (1, 64, 128, 16),
        (1, 128, 256, 96),
        (3, 1, 9, 50),
        (1, 66, 3, 700),
        (1, 2, 3, 40_000),
    ];
    for (batch, m, n, k) in all {
        let sizes = Sizes { batch, m, n, k };
        for (turned_a, turned_b) in [(false, false), (true, false), (false, true), (true, true)] {
            let a = matrices(&context, batch, m, k, turned_a);
            let b = matrices(&context, batch, k, n, turned_b);
            let line = matrices(&context, 1, 1, n, false);
            let bias = Operand { layout: line.layout.broadcast(&[batch, m, n]).unwrap(), ..line };
            let expected = expected(sizes, turned_a, turned_b);
            let tiles = [(64, 1), (128, 1), (64, 3)].map(|(side, parts)| Method::Tiles { side, parts });
            for method in [Method::Dots, Method::Simple, Method::Blocks].into_iter().chain(tiles) {
                for bias in [None, Some(&bias)] {
                    let out = allocate(&context, sizes.total() * 4).unwrap();
                    Product { a: &a, b: &b, bias, out: &out, sizes }.run(&context, method).unwrap();
                    let mut bytes = vec![0; sizes.total() * 4];
                    download(&context, &out, 0, &mut bytes).unwrap();
                    for (i, chunk) in bytes.chunks_exact(4).enumerate() {
                        let actual = f32::from_ne_bytes(chunk.try_into().unwrap());
                        let expected = expected[i] + bias.map_or(0.0, |_| element(i % n));
                        let is_near = (actual - expected).abs() <= 1e-4 * expected.abs().max(1.0);
                        assert!(is_near, "{method:?} of {sizes:?}: element {i} is {actual}, not {expected}");
                    }
                }
            }
        }
    }
}

fn element(i: usize) -> f32 {
    (i * 7919 % 1009) as f32 / 1009.0 - 0.5
}

fn strides(rows: usize, columns: usize, is_turned: bool) -> [usize; 3] {
    [rows * columns, if is_turned { 1 } else { columns }, if is_turned { rows } else { 1 }]
}

fn matrices(context: &Context, batch: usize, rows: usize, columns: usize, is_turned: bool) -> Operand {
    let bytes: Vec<u8> = (0..batch * rows * columns).flat_map(|i| element(i).to_ne_bytes()).collect();
    let strides = strides(rows, columns, is_turned).map(|stride| stride as isize);
    let layout = Layout {
        shape: [batch, rows, columns].into_iter().collect(),
        strides: strides.into_iter().collect(),
        offset: 0,
    };
    Operand { buffer: upload(context, &bytes).unwrap(), layout, dtype: DType::F32 }
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
    let of = |batch, m, n, k, dtype, software| method(Sizes { batch, m, n, k }, dtype, software);
    assert_eq!(of(1, 1, 4096, 4096, DType::F32, false), Method::Dots);
    assert_eq!(of(1, 4096, 4096, 64, DType::F16, false), Method::Tiles { side: 128, parts: 1 });
    assert_eq!(of(1, 64, 64, 65_536, DType::F32, false), Method::Tiles { side: 64, parts: 128 });
    assert_eq!(of(1, 64, 64, 64, DType::F32, true), Method::Blocks);
    assert_eq!(of(1, 64, 64, 64, DType::I64, true), Method::Simple);
}
