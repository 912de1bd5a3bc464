use super::*;
use crate::memory::{download, upload};

/// A batch of 2 with 2 groups of `inputs` and `outputs` channels each.
struct Case {
    inputs: usize,
    outputs: usize,
    size: [usize; 3],
    windows: Windows,
}

impl Case {
    fn out(&self) -> [usize; 3] {
        let Windows { kernel, stride, dilation, before } = self.windows;
        [0, 1, 2].map(|i| (self.size[i] + 2 * before[i] as usize - dilation[i] * (kernel[i] - 1) - 1) / stride[i] + 1)
    }

    /// Shapes of inputs, weight and outputs.
    fn shapes(&self) -> [Vec<usize>; 3] {
        let (inputs, outputs) = (self.inputs, self.outputs);
        [
            [&[2, 2 * inputs], &self.size[..]].concat(),
            [&[2 * outputs, inputs], &self.windows.kernel[..]].concat(),
            [&[2, 2 * outputs], &self.out()[..]].concat(),
        ]
    }

    /// Calls `add` with the indices of each input, weight and output that meet in one product.
    fn each(&self, mut add: impl FnMut(usize, usize, usize)) {
        let shapes = self.shapes().map(|shape| Layout::contiguous(&shape).strides);
        let at = |k: usize, index: [usize; 5]| index.iter().zip(&shapes[k]).map(|(&i, &s)| i * s as usize).sum();
        let Windows { kernel, stride, dilation, before } = self.windows;
        for i in places(&[2, 2 * self.outputs, self.inputs]) {
            for p in places(&self.out()) {
                for t in places(&kernel) {
                    let x = [0, 1, 2].map(|k| (p[k] * stride[k] + t[k] * dilation[k]).wrapping_sub(before[k] as usize));
                    if (0..3).all(|k| x[k] < self.size[k]) {
                        let channel = i[1] / self.outputs * self.inputs + i[2];
                        let input = at(0, [i[0], channel, x[0], x[1], x[2]]);
                        let output = at(2, [i[0], i[1], p[0], p[1], p[2]]);
                        add(input, at(1, [i[1], i[2], t[0], t[1], t[2]]), output);
                    }
                }
            }
        }
    }
}

fn places(shape: &[usize; 3]) -> impl Iterator<Item = [usize; 3]> + use<> {
    let [x, y, z] = *shape;
    (0..x * y * z).map(move |i| [i / z / y, i / z % y, i % z])
}

fn element(i: usize) -> f32 {
    (i * 7919 % 1009) as f32 / 1009.0 - 0.5
}

fn operand(context: &Context, shape: &[usize]) -> Operand {
    let layout = Layout::contiguous(shape);
    let bytes: Vec<u8> = (0..layout.numel()).flat_map(|i| element(i).to_ne_bytes()).collect();
    Operand { buffer: upload(context, &bytes).unwrap(), layout, dtype: DType::F32 }
}

fn check(context: &Context, product: &Product, shape: &[usize], expected: &[f64], what: &str) {
    let blocks = [(1, 1), (2, 1), (4, 1), (4, 3)].map(|(rows, parts)| Method::Blocks { rows, parts });
    let tiles = [(64, 1), (128, 1), (64, 3)].map(|(side, parts)| Method::Tiles { side, parts });
    for method in blocks.into_iter().chain(tiles) {
        let out = operand(context, shape);
        product.run(context, &out, None, Some(method)).unwrap();
        let mut bytes = vec![0; expected.len() * 4];
        download(context, &out.buffer, 0, &mut bytes).unwrap();
        for (i, chunk) in bytes.chunks_exact(4).enumerate() {
            let actual = f64::from(f32::from_ne_bytes(chunk.try_into().unwrap()));
            let is_near = (actual - expected[i]).abs() <= 1e-4;
            assert!(is_near, "{what} by {method:?}: element {i} is {actual}, not {}", expected[i]);
        }
    }
}

/// The three products by every method that a device may choose, against sums in float64.
#[test]
fn every_method_gives_the_convolution() {
    let context = match Context::open() {
        Ok(context) => context,
        Err(error) if std::env::var_os("PYRITE_REQUIRE_GPU").is_none() => return eprintln!("skipped: {error}"),
        Err(error) => panic!("PYRITE_REQUIRE_GPU is set, but {error}"),
    };
    let windows = |kernel, stride, dilation, before| Windows { kernel: [1, kernel, kernel], stride, dilation, before };
    let cases = [
        (3, 5, [1, 7, 9], windows(3, [1; 3], [1; 3], [0, 1, 1])),
        (2, 70, [1, 9, 8], windows(3, [1, 2, 3], [1; 3], [0, 1, 0])),
        (66, 4, [1, 12, 7], windows(2, [1, 4, 2], [1, 2, 3], [0, 0, 2])),
        (9, 2, [2, 6, 6], windows(1, [1; 3], [1; 3], [0; 3])),
    ];
    for (inputs, outputs, size, windows) in cases {
        let case = Case { inputs, outputs, size, windows };
        let [inputs, weights, outputs] = case.shapes();
        let [mut x, mut w, mut y] = [&inputs, &weights, &outputs].map(|shape| vec![0.0; shape.iter().product()]);
        let value = |i| f64::from(element(i));
        case.each(|i, k, o| {
            x[i] += value(o) * value(k);
            w[k] += value(i) * value(o);
            y[o] += value(i) * value(k);
        });
        let [given_x, given_w, given_y] = [&inputs, &weights, &outputs].map(|shape| operand(&context, shape));
        check(&context, &Product::forward(&windows, 2, &given_x, &given_w), &outputs, &y, "outputs");
        check(&context, &Product::spread(&windows, 2, &given_y, &given_w), &inputs, &x, "inputs");
        check(&context, &Product::weigh(&windows, 2, &given_y, &given_x), &weights, &w, "weights");
    }
}

#[test]
fn the_method_follows_the_sizes() {
    let of = |batch, rows, columns, terms, software| method(Sizes { batch, rows, columns, terms }, software);
    assert_eq!(of(1, 256, 16_384, 1152, false), Method::Tiles { side: 128, parts: 1 });
    assert_eq!(of(1, 512, 49, 4608, false), Method::Tiles { side: 64, parts: 16 });
    assert_eq!(of(32, 1, 50_176, 9, false), Method::Blocks { rows: 1, parts: 1 });
    assert_eq!(of(32, 1, 9, 100_352, false), Method::Blocks { rows: 1, parts: 256 });
    assert_eq!(of(1, 64, 64, 64, true), Method::Blocks { rows: 4, parts: 1 });
}
