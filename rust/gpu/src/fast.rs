//! Kernels of fast ops: see `pyrite_core::fast` for what each computes. One file a family.

mod attention;
mod cat;
mod class_loss;
mod convolution;
mod cuts;
mod pooling;
mod recurrent;
mod resample;
mod rows;
mod softmax;
mod standardize;

use crate::context::Context;
use crate::in_parts::{Parts, result, seen};
use crate::matmul;
use crate::not_built::not_built;
use class_loss::Classes;
use pyrite_core::fast::Fast;
use pyrite_core::{DType, Operand, Result};

/// Whether there is a kernel for `op` on elements of `dtype`.
pub fn has(op: &Fast, dtype: DType) -> bool {
    let is_float = matches!(dtype, DType::F32 | DType::F16 | DType::BF16);
    match op {
        Fast::Cat { .. } => dtype.size() <= 4,
        Fast::Attention { size, .. } | Fast::AttentionSlope { size, .. } => is_float && *size <= attention::MAX_SIZE,
        Fast::Softmax { .. }
        | Fast::SoftmaxSlope { .. }
        | Fast::Standardize { .. }
        | Fast::StandardizeSlope { .. }
        | Fast::StandardizeWeightSlope { .. }
        | Fast::LogSumExp { .. }
        | Fast::CrossEntropy { .. }
        | Fast::CrossEntropySlope { .. }
        | Fast::Nll { .. }
        | Fast::NllSlope { .. }
        | Fast::MatmulWithBias
        | Fast::LstmSlope
        | Fast::Gru
        | Fast::GruSlope
        | Fast::Resample { .. }
        | Fast::Convolve { .. }
        | Fast::Spread { .. }
        | Fast::Weigh { .. }
        | Fast::WindowSum { .. }
        | Fast::WindowShare { .. }
        | Fast::WindowMax { .. }
        | Fast::WindowPick { .. }
        | Fast::WindowPut { .. } => is_float,
    }
}

/// Runs a fast op, part by part where kernels do not see all of its operands; see `Backend::fast`.
pub fn fast(context: &Context, op: &Fast, inputs: &[Option<Operand>], outputs: &[Operand]) -> Result<()> {
    let given: Vec<&Operand> = inputs.iter().flatten().collect();
    let all = [&given[..], &outputs.iter().collect::<Vec<_>>()].concat();
    let again = |seen: &[Operand]| {
        let mut seen = seen.iter().cloned();
        inputs.iter().map(|input| input.as_ref().and_then(|_| seen.next())).collect::<Vec<_>>()
    };
    if let Some(seen) = seen(context, &all) {
        let (seen_inputs, seen_outputs) = seen.split_at(given.len());
        return run(context, op, &again(seen_inputs), seen_outputs);
    }
    let (name, cuts) = (cuts::name(op), cuts::cuts(op, inputs, outputs));
    let (inputs, wholes) = (given.into_iter().cloned().collect(), outputs.to_vec());
    Parts { context, op: name, inputs, outputs: wholes, cuts, scratch: 0, is_in_place: false }.run(&|inputs, part| {
        let new = |home: &Operand| result(context, &home.layout.shape, home.dtype);
        let made = part.iter().map(new).collect::<Result<Vec<_>>>()?;
        let op = cuts::of_part(op, &part[0].layout, &outputs[0].layout)?;
        run(context, &op, &again(inputs), &made)?;
        Ok(made.into_iter().map(|made| made.buffer).collect())
    })
}

fn run(context: &Context, op: &Fast, inputs: &[Option<Operand>], outputs: &[Operand]) -> Result<()> {
    match (op, inputs, outputs) {
        (Fast::Softmax { log }, [Some(x)], [y]) => softmax::softmax(context, *log, x, y),
        (Fast::SoftmaxSlope { log }, [Some(g), Some(y)], [out]) => softmax::slope(context, *log, g, y, out),
        (&Fast::Standardize { axes, eps, .. }, [Some(x), weight, bias], outputs) => {
            standardize::standardize(context, x, [weight, bias].map(Option::as_ref), outputs, axes, eps)
        }
        (&Fast::StandardizeSlope { axes }, [Some(g), Some(x), weight, mean, Some(scale)], [out]) => {
            standardize::slope(context, [g, x, scale, out], weight.as_ref(), mean.as_ref(), axes)
        }
        (&Fast::StandardizeWeightSlope { axes }, [Some(g), Some(x), mean, Some(scale)], [out]) => {
            standardize::weight_slope(context, [g, x, scale, out], mean.as_ref(), axes)
        }
        (&Fast::LogSumExp { axes }, [Some(x)], [out]) => softmax::logsumexp(context, x, out, axes),
        (&Fast::CrossEntropy { ignored, smoothing }, [Some(x), Some(target), weight], [out]) => {
            Classes { target, weight: weight.as_ref(), ignored, smoothing }.scored(context, x, out)
        }
        (
            &Fast::CrossEntropySlope { ignored, smoothing },
            [Some(g), Some(x), Some(target), weight, Some(kept), total],
            [out],
        ) => {
            Classes { target, weight: weight.as_ref(), ignored, smoothing }.slope(context, g, Some(x), kept, total, out)
        }
        (&Fast::Nll { ignored }, [Some(x), Some(target), weight], [out]) => {
            Classes { target, weight: weight.as_ref(), ignored, smoothing: 0.0 }.picked(context, x, out)
        }
        (&Fast::NllSlope { ignored }, [Some(g), Some(target), Some(kept), total], [out]) => {
            Classes { target, weight: None, ignored, smoothing: 0.0 }.slope(context, g, None, kept, total, out)
        }
        (&Fast::Cat { axis }, inputs, [out]) => cat::cat(context, axis, inputs, out),
        (Fast::MatmulWithBias, [Some(a), Some(b), Some(bias)], [out]) => {
            matmul::matmul_with_bias(context, [a, b, bias], out)
        }
        (Fast::Attention { is_causal, scale, dropout, .. }, [Some(q), Some(k), Some(v), mask], [y, logarithm]) => {
            let (mask, dropout) = (mask.as_ref(), dropout.as_ref());
            let given = attention::Given { q, k, v, mask, scale: *scale, is_causal: *is_causal, dropout };
            attention::attention(context, given, y, logarithm)
        }
        (
            Fast::AttentionSlope { is_causal, scale, dropout, .. },
            [Some(g), Some(q), Some(k), Some(v), mask, Some(y), Some(logarithm)],
            [dq, dk, dv],
        ) => {
            let (mask, dropout) = (mask.as_ref(), dropout.as_ref());
            let given = attention::Given { q, k, v, mask, scale: *scale, is_causal: *is_causal, dropout };
            attention::slopes(context, given, g, [y, logarithm], [dq, dk, dv])
        }
        (Fast::Convolve { windows, groups }, [Some(x), Some(w), bias], [y]) => {
            convolution::forward(context, (windows, *groups), x, w, bias.as_ref(), y)
        }
        (Fast::Spread { windows, groups }, [Some(y), Some(w), bias], [x]) => {
            convolution::spread(context, (windows, *groups), y, w, bias.as_ref(), x)
        }
        (Fast::Weigh { windows, groups }, [Some(g), Some(x)], [w]) => {
            convolution::weigh(context, (windows, *groups), g, x, w)
        }
        (Fast::LstmSlope, [Some(gh), Some(gc), Some(gates), Some(cell)], [to_gates, to_cell]) => {
            recurrent::lstm_slopes(context, [gh, gc, gates, cell], [to_gates, to_cell])
        }
        (Fast::Gru, [Some(gates), Some(hidden), Some(state)], [out]) => {
            recurrent::gru(context, [gates, hidden, state], out)
        }
        (Fast::GruSlope, [Some(g), Some(gates), Some(hidden), Some(state)], [to_gates, to_hidden, to_state]) => {
            recurrent::gru_slopes(context, [g, gates, hidden, state], [to_gates, to_hidden, to_state])
        }
        (&Fast::Resample { taps }, [Some(x), Some(places), Some(weights)], [out]) => {
            resample::resample(context, taps, x, [places, weights], out)
        }
        (Fast::WindowSum { windows }, [Some(x)], [out]) => pooling::sum(context, windows, x, out),
        (Fast::WindowShare { windows }, [Some(y)], [x]) => pooling::scatter(context, windows, y, None, x),
        (Fast::WindowMax { windows }, [Some(x)], [out, places]) => pooling::max(context, windows, x, out, places),
        (Fast::WindowPick { windows }, [Some(x), Some(places)], [out]) => {
            pooling::pick(context, windows, x, places, out)
        }
        (Fast::WindowPut { windows }, [Some(y), Some(places)], [x]) => {
            pooling::scatter(context, windows, y, Some(places), x)
        }
        _ => not_built(&format!("{op:?} of {} inputs", inputs.len())),
    }
}
