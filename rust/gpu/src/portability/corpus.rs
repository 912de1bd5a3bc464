//! What the kernels are made from: every op, cast and copy in every dtype, and every family of hand-written kernels in all its
//! forms. Sizes are chosen so that a family takes each of its ways.

use crate::{Gpu, index, matmul};
use pyrite_core::fast::Fast;
use pyrite_core::random::{Draw, Law, Philox};
use pyrite_core::range::Range;
use pyrite_core::tensor::{Argument, Attention, Convolution, Pooling};
use pyrite_core::{Backend, Combine, DType, Error, Op, Operand, Reduction, Result, Scalar, Scan, Tensor};

/// Runs everything that the device does not refuse.
pub fn run(gpu: &'static Gpu) {
    for dtype in DType::ALL {
        copies(gpu, dtype).unwrap();
        indexed(gpu, dtype).unwrap();
        if !gpu.supports(dtype) {
            continue;
        }
        let built = Op::ALL.iter().filter(|&&op| gpu.computes(op, dtype));
        built.for_each(|&op| programs(gpu, op, dtype).unwrap_or_else(|e| panic!("{op:?} of {}: {e}", dtype.name())));
        casts(gpu, dtype).unwrap();
        forms(gpu, dtype).unwrap();
        together(gpu, dtype).unwrap();
        lines(gpu, dtype).unwrap();
        draws(gpu, dtype).unwrap();
        ranges(gpu, dtype).unwrap();
        combined(gpu, dtype).unwrap();
        products(gpu, dtype).unwrap();
        fast(gpu, dtype).unwrap();
        normalized(gpu, dtype).unwrap();
        losses(gpu, dtype).unwrap();
        windows(gpu, dtype).unwrap();
        attention(gpu, dtype).unwrap();
        recurrent(gpu, dtype).unwrap();
        joined(gpu, dtype).unwrap();
    }
}

fn zeros(gpu: &'static Gpu, shape: &[usize], dtype: DType) -> Result<Tensor> {
    Tensor::empty(shape, dtype, gpu)
}

fn turned(tensor: &Tensor) -> Result<Tensor> {
    Ok(tensor.with_layout(tensor.layout.transpose(0, 1)?))
}

/// An op on dense operands; on strided ones, with a number, and with a second output.
fn programs(gpu: &'static Gpu, op: Op, dtype: DType) -> Result<()> {
    let operands = |shape: &[usize]| -> Result<Vec<Tensor>> {
        (0..op.arity()).map(|i| zeros(gpu, shape, op.operand(i, dtype))).collect()
    };
    let dense = operands(&[6, 4])?;
    let args: Vec<Argument<'_>> = dense.iter().map(Argument::Tensor).collect();
    Tensor::elementwise_in(op, dtype, &args)?.operand()?;
    let other = operands(&[4, 6])?.iter().map(turned).collect::<Result<Vec<_>>>()?;
    let mut args: Vec<Argument<'_>> = other.iter().map(Argument::Tensor).collect();
    if args.len() > 1 {
        args.pop();
        args.push(Argument::Scalar(Scalar::Int(3)));
    }
    let inner = Tensor::elementwise_in(op, dtype, &args)?;
    let outer = Tensor::elementwise_in(Op::copy, DType::F32, &[Argument::Tensor(&inner)])?;
    outer.operand()?;
    inner.operand().map(drop)
}

fn casts(gpu: &'static Gpu, from: DType) -> Result<()> {
    for to in DType::ALL.into_iter().filter(|&to| gpu.supports(to)) {
        zeros(gpu, &[37], from)?.to_dtype(to)?.operand()?;
    }
    Ok(())
}

/// Operands whose elements lie in vectors, in rows of them, beside each other but not so, a stride apart, and anywhere; results
/// in vectors of a part.
fn forms(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    let x = zeros(gpu, &[6, 8], dtype)?;
    let wide = zeros(gpu, &[12, 24], dtype)?;
    let part = |rows: usize, start: usize, step: usize| {
        let layout = wide.layout.slice(0, 0, 6, rows)?.slice(1, start, 8, step)?;
        Ok::<_, Error>(wide.with_layout(layout))
    };
    let row = wide.with_layout(wide.layout.slice(0, 0, 1, 1)?.slice(1, 4, 8, 1)?);
    let column = wide.with_layout(wide.layout.slice(0, 0, 6, 1)?.slice(1, 4, 1, 1)?);
    let one = wide.with_layout(wide.layout.slice(0, 0, 1, 1)?.slice(1, 3, 1, 1)?);
    for y in [&row, &column, &one, &part(1, 4, 1)?, &part(1, 3, 1)?, &part(2, 0, 2)?] {
        Tensor::elementwise_in(Op::add, dtype, &[Argument::Tensor(&x), Argument::Tensor(y)])?.operand()?;
    }
    for target in [part(2, 4, 1)?, part(2, 3, 1)?, part(1, 0, 2)?, row] {
        target.assign(&Argument::Scalar(Scalar::Int(1)))?;
    }
    Ok(())
}

/// Programs side by side.
fn together(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    let number = Argument::Scalar(Scalar::Int(3));
    let shapes = [40, 50, 60, 70, 80];
    let operands = shapes.iter().map(|&size| zeros(gpu, &[size], dtype)).collect::<Result<Vec<_>>>()?;
    let apply = |x| Tensor::elementwise_in(Op::add, dtype, &[Argument::Tensor(x), number]);
    let tensors = operands.iter().map(apply).collect::<Result<Vec<_>>>()?;
    Tensor::evaluate_together(&tensors.iter().collect::<Vec<_>>())
}

/// Dense and strided copies, and writes into a part of a tensor.
fn copies(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    let x = zeros(gpu, &[7, 5], dtype)?;
    turned(&x)?.to_contiguous()?.operand()?;
    let target = zeros(gpu, &[5, 7], dtype)?;
    target.assign(&Argument::Tensor(&turned(&x)?))?;
    let part = target.with_layout(target.layout.slice(0, 1, 3, 1)?);
    part.assign(&Argument::Tensor(&part.with_layout(turned(&x)?.layout.slice(0, 2, 3, 1)?)))
}

/// Reads and sets by index, and searches for zeros.
fn indexed(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    let x = zeros(gpu, &[3, 4, 5], dtype)?;
    for count in [2, 3000] {
        let places = zeros(gpu, &[3, count, 5], DType::I64)?;
        x.gather(1, &places)?;
        let target = zeros(gpu, &[3, 4, 5], dtype)?;
        target.scatter(1, &places, &zeros(gpu, &[3, count, 5], dtype)?, Combine::Set)?;
    }
    for (axes, shape) in [(1, vec![6, 2]), (3, vec![6, 2, 2]), (6, vec![2; 7])] {
        let places = zeros(gpu, &[9], DType::I64)?;
        let x = zeros(gpu, &shape, dtype)?;
        let read = x.index(&vec![Some(&places); axes])?;
        x.index_select(0, &places)?;
        x.index_put(&vec![Some(&places); axes], &read, false)?;
    }
    let input = turned(&zeros(gpu, &[40, 30], dtype)?)?.operand()?;
    index::any_zero(&gpu.context, &input)?;
    index::require_probabilities(&gpu.context, &input)?;
    index::nonzero(&gpu.context, &input)?;
    index::places_of(&gpu.context, &input, &x.operand()?.buffer, 7).map(drop)
}

fn combined(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    let least = [Combine::Max, Combine::Min].into_iter().filter(|_| !dtype.is_complex());
    for how in [Combine::Add, Combine::Mul].into_iter().chain(least) {
        for count in [2, 3000] {
            let (target, places) = (zeros(gpu, &[3, 4], dtype)?, zeros(gpu, &[3, count], DType::I64)?);
            target.scatter(1, &places, &zeros(gpu, &[3, count], dtype)?, how)?;
        }
    }
    let (target, places) = (zeros(gpu, &[6, 5], dtype)?, zeros(gpu, &[9], DType::I64)?);
    target.index_put(&[Some(&places)], &zeros(gpu, &[9, 5], dtype)?, true)
}

/// Reductions, scans, sorts and selections along both axes of short and long lines.
fn lines(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    for shape in [[9, 70], [9, 72], [3, 20_000]] {
        for x in [zeros(gpu, &shape, dtype)?, turned(&zeros(gpu, &[shape[1], shape[0]], dtype)?)?] {
            for kind in [Reduction::Sum, Reduction::Prod, Reduction::Any, Reduction::All] {
                x.reduce(kind, Some(&[1]), false)?;
            }
            for kind in [Scan::Sum, Scan::Prod] {
                x.scan(kind, 1)?;
            }
            if dtype.is_complex() {
                continue;
            }
            for kind in [Reduction::Max, Reduction::Min, Reduction::Argmax, Reduction::Argmin] {
                x.reduce(kind, Some(&[1]), false)?;
            }
            for kind in [Scan::Max, Scan::Min] {
                x.scan(kind, 1)?;
            }
            if dtype.is_float() {
                x.scan(Scan::LogSumExp, 1)?;
            }
            for falls in [false, true] {
                x.sort(1, falls, true)?;
                x.topk(5, 1, falls)?;
            }
            x.topk(60, 1, true)?;
        }
    }
    if dtype.is_complex() {
        return Ok(());
    }
    for length in [40, 70] {
        let x = zeros(gpu, &[9, length], dtype)?;
        x.sort(1, false, false)?;
        x.topk(3, 1, true)?;
        x.kth(3, 1)?;
    }
    Ok(())
}

/// Draws from every law.
fn draws(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    let integers = |count| Law::Integers { first: -3, count };
    let real =
        [Law::Uniform { from: -1.0, to: 1.0 }, Law::Normal { mean: 0.0, std: 1.0 }, Law::Exponential { rate: 1.0 }];
    let whole = [Law::Bernoulli { p: 0.5 }, integers(7), integers(0)];
    for law in real.into_iter().filter(|_| dtype.is_float()).chain(whole) {
        let draw = Draw { law, dtype, numel: 1001, seed: 1, offset: 4 };
        match gpu.random(&draw) {
            Ok(_) | Err(Error::NotBuilt(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Ranges by their step and between two ends, which core refuses of other dtypes.
fn ranges(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    if dtype != DType::Bool && !dtype.is_complex() {
        gpu.range(&Range::steps(Scalar::Int(-3), Scalar::Float(2.5), dtype, 1001)?)?;
        gpu.range(&Range::between(Scalar::Int(-3), Scalar::Float(2.5), dtype, 1001)?)?;
    }
    Ok(())
}

/// Products by every method, of matrices that run along either axis.
fn products(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    let matrices = |rows: usize, columns: usize, is_turned: bool| -> Result<Operand> {
        let (rows, columns) = if is_turned { (columns, rows) } else { (rows, columns) };
        let x = zeros(gpu, &[2, rows, columns], dtype)?;
        let layout = if is_turned { x.layout.transpose(1, 2)? } else { x.layout.clone() };
        x.with_layout(layout).operand()
    };
    for [m, n, k] in [[1, 70, 900], [70, 1, 90], [65, 67, 33], [68, 76, 36], [128, 128, 64], [64, 64, 2048]] {
        for (turned_a, turned_b) in [(false, false), (true, false), (false, true), (true, true)] {
            matmul::every_method(&gpu.context, &matrices(m, k, turned_a)?, &matrices(k, n, turned_b)?)?;
        }
    }
    Ok(())
}

/// Fast ops over lines that are dense, and that are turned.
fn fast(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    for log in [false, true] {
        for (op, inputs) in [(Fast::Softmax { log }, 1), (Fast::SoftmaxSlope { log }, 2)] {
            if !gpu.has_fast(&op, dtype) {
                continue;
            }
            let dense = [[9, 70], [9, 72], [3, 20_000], [3, 20_001]].map(|shape| zeros(gpu, &shape, dtype));
            let dense = dense.into_iter().collect::<Result<Vec<_>>>()?;
            for x in dense.into_iter().chain([turned(&zeros(gpu, &[70, 9], dtype)?)?]) {
                let out = zeros(gpu, x.shape(), dtype)?.operand()?;
                gpu.fast(&op, &vec![Some(x.operand()?); inputs], &[out])?;
            }
        }
    }
    Ok(())
}

/// Normalization over lines that are dense, turned and long, and its gradients.
fn normalized(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    for shape in [[9, 70], [9, 72], [3, 20_000]] {
        for x in [zeros(gpu, &shape, dtype)?, turned(&zeros(gpu, &[shape[1], shape[0]], dtype)?)?] {
            let weight = &zeros(gpu, &[shape[1]], dtype)?;
            let broadcast = [shape[1] as isize];
            x.fast_logsumexp(&[1])?;
            for (weight, bias) in [(None, None), (Some(weight), Some(weight))] {
                for is_centered in [false, true] {
                    let outs = x.fast_standardize(weight, bias, &[1], &broadcast, 1e-5, is_centered)?;
                    let (mean, scale) = match outs.as_deref() {
                        Some([_, mean, _, scale]) => (Some(mean), scale),
                        Some([_, scale]) => (None, scale),
                        _ => continue,
                    };
                    assert!(x.fast_standardize_slope(&x, weight, mean, scale, &[1], &broadcast)?.is_some());
                    assert!(x.fast_standardize_weight_slope(&x, mean, scale, &[1])?.is_some());
                }
            }
        }
    }
    Ok(())
}

/// Convolutions of few and many channels, their adjoints, pooling and its adjoints.
fn windows(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    for (stride, groups, channels) in [([1, 1], 1, 3), ([2, 1], 1, 64), ([1, 1], 64, 64)] {
        let x = zeros(gpu, &[2, channels, 20, 21], dtype)?;
        let weight = zeros(gpu, &[64, channels / groups, 3, 3], dtype)?;
        let bias = zeros(gpu, &[64], dtype)?;
        let of = Convolution { stride: &stride, before: &[1, 1], dilation: &[1, 1], groups };
        for bias in [None, Some(&bias)] {
            let Some(y) = x.fast_convolve(&weight, bias, &[1, 1], &of)? else { return Ok(()) };
            y.fast_spread(&weight, bias.filter(|_| channels == 64), &[20, 21], &of)?;
            y.fast_weigh(&x, &[3, 3], &[1, 1], &of)?;
        }
        let of = Pooling { kernel: &[3, 2], stride: &stride, before: &[1, 0], dilation: &[1, 1] };
        let out = [(20 + 1 - 3) / stride[0] + 1, (21 - 2) / stride[1] + 1];
        let (places, weights) =
            (zeros(gpu, &[1 + 3 * 2 + 5 * 4], DType::I64)?, zeros(gpu, &[1 + 3 * 2 + 5 * 4], DType::F32)?);
        x.fast_resample(&[3, 5], &places, &weights, &[2, 4])?;
        if let Some(sums) = x.fast_window_sum(&out, &of)? {
            assert!(sums.fast_window_share(&[20, 21], &of)?.is_some());
        }
        if let Some((values, places)) = x.fast_window_max(&out, &of)? {
            assert!(values.fast_window_put(&places, &[20, 21], &of)?.is_some());
            assert!(x.fast_window_pick(&places, &of)?.is_some());
        }
    }
    Ok(())
}

/// Losses of class indices and their gradients, of scores and of log-probabilities.
fn losses(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    [70, 72].into_iter().try_for_each(|classes| losses_of(gpu, dtype, classes))
}

fn losses_of(gpu: &'static Gpu, dtype: DType, classes: usize) -> Result<()> {
    let (x, target) = (zeros(gpu, &[9, classes], dtype)?, zeros(gpu, &[9], DType::I64)?);
    let (weights, total) = (zeros(gpu, &[classes], dtype)?, zeros(gpu, &[], DType::F32)?);
    for weight in [None, Some(&weights)] {
        for smoothing in [None, Some(0.0), Some(0.1)] {
            let Some(kept) = x.fast_class_loss(&target, weight, 1, -100, smoothing)? else { continue };
            let (scores, smoothing) = (smoothing.map(|_| &x), smoothing.unwrap_or(0.0));
            for total in [None, Some(&total)] {
                let g = target.to_dtype(dtype)?;
                assert!(
                    g.fast_class_loss_slope(&[9, classes], scores, &target, weight, &kept, total, 1, -100, smoothing)?
                        .is_some()
                );
            }
        }
    }
    Ok(())
}

/// Tensors joined along each axis, more than one kernel takes.
fn joined(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    let x = zeros(gpu, &[3, 5], dtype)?;
    (0..2).try_for_each(|axis| Tensor::fast_cat(&[&x; 9], axis).map(drop))
}

/// Steps of recurrent networks and their gradients.
fn recurrent(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    let (state, three, four) =
        (zeros(gpu, &[5, 6], dtype)?, zeros(gpu, &[5, 18], dtype)?, zeros(gpu, &[5, 24], dtype)?);
    four.fast_lstm_slopes([&state, &state], &state)?;
    three.fast_gru(&three, &state)?;
    three.fast_gru_slopes(&state, &three, &state)?;
    Ok(())
}

/// Attention and its gradients, of heads of one block of columns and of several, of many queries, few over long keys, and many
/// over few keys, with each kind of mask, with and without dropout.
fn attention(gpu: &'static Gpu, dtype: DType) -> Result<()> {
    let shapes =
        [(70, 40, 8, 100), (70, 40, 100, 8), (3, 40, 8, 256), (3, 600, 256, 8), (30, 600, 8, 8), (600, 3, 256, 8)];
    for (queries, keys, size, value_size) in shapes {
        let query = &zeros(gpu, &[2, 4, queries, size], dtype)?;
        let key = &zeros(gpu, &[2, 2, keys, size], dtype)?;
        let value = &zeros(gpu, &[2, 2, keys, value_size], dtype)?;
        let masks = [zeros(gpu, &[queries, keys], dtype)?, zeros(gpu, &[2, 1, 1, keys], DType::Bool)?];
        let drop = Some((0.5, Philox::new(0)));
        let causal = [(None, true, None), (None, true, drop)];
        let masked = [(None, false, None), (Some(&masks[0]), false, None), (Some(&masks[1]), false, drop)];
        for (mask, is_causal, dropout) in causal.into_iter().chain(masked) {
            let given = Attention { query, key, value, mask, scale: 1.0, is_causal, shares_heads: true, dropout };
            if let Some((y, logarithms)) = given.fast()? {
                assert!(given.fast_slopes(&y, &y, &logarithms)?.is_some());
            }
        }
    }
    Ok(())
}
