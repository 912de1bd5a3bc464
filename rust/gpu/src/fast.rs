//! Kernels of fast ops: see `pyrite_core::fast` for what each computes. One file a family.

mod attention;
mod class_loss;
mod convolution;
mod pooling;
mod rows;
mod softmax;
mod standardize;

use crate::context::Context;
use crate::matmul;
use crate::not_built::not_built;
use class_loss::Classes;
use pyrite_core::fast::Fast;
use pyrite_core::{DType, Operand, Result};

/// Whether there is a kernel for `op` on elements of `dtype`.
pub fn has(op: &Fast, dtype: DType) -> bool {
    let is_float = matches!(dtype, DType::F32 | DType::F16 | DType::BF16);
    match op {
        Fast::Attention { size, .. } | Fast::AttentionSlope { size, .. } => is_float && *size <= attention::MAX_SIZE,
        _ => is_float,
    }
}

/// Runs a fast op; see `Backend::fast`.
pub fn run(context: &Context, op: &Fast, inputs: &[Option<Operand>], outputs: &[Operand]) -> Result<()> {
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
        (Fast::MatmulWithBias, [Some(a), Some(b), Some(bias)], [out]) => {
            matmul::matmul_with_bias(context, [a, b, bias], out)
        }
        (Fast::Attention { is_causal, scale, .. }, [Some(q), Some(k), Some(v), mask], [y, logarithm]) => {
            let given = attention::Given { q, k, v, mask: mask.as_ref(), scale: *scale, is_causal: *is_causal };
            attention::attention(context, given, y, logarithm)
        }
        (
            Fast::AttentionSlope { is_causal, scale, .. },
            [Some(g), Some(q), Some(k), Some(v), mask, Some(y), Some(logarithm)],
            [dq, dk, dv],
        ) => {
            let given = attention::Given { q, k, v, mask: mask.as_ref(), scale: *scale, is_causal: *is_causal };
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
