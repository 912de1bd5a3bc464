//! Kernels of fast ops: see `pyrite_core::fast` for what each computes. One file a family.

mod class_loss;
mod rows;
mod softmax;
mod standardize;

use crate::context::Context;
use crate::not_built::not_built;
use class_loss::Classes;
use pyrite_core::fast::Fast;
use pyrite_core::{DType, Operand, Result};

/// Whether there is a kernel for `op` on elements of `dtype`.
pub fn has(op: &Fast, dtype: DType) -> bool {
    match op {
        Fast::Softmax { .. }
        | Fast::SoftmaxSlope { .. }
        | Fast::Standardize { .. }
        | Fast::StandardizeSlope { .. }
        | Fast::StandardizeWeightSlope { .. }
        | Fast::LogSumExp { .. }
        | Fast::CrossEntropy { .. }
        | Fast::CrossEntropySlope { .. }
        | Fast::Nll { .. }
        | Fast::NllSlope { .. } => matches!(dtype, DType::F32 | DType::F16 | DType::BF16),
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
        _ => not_built(&format!("{op:?} of {} inputs", inputs.len())),
    }
}
