//! What fast ops are called, and the axes along which they can be cut where their operands are more than a kernel may see.

use crate::in_parts::Cut;
use pyrite_core::fast::{Dropout, Fast};
use pyrite_core::{Layout, Operand, Result};

/// The name of an op.
pub fn name(op: &Fast) -> &'static str {
    match op {
        Fast::Softmax { .. } => "softmax",
        Fast::SoftmaxSlope { .. } => "the gradient of softmax",
        Fast::Standardize { .. } => "a normalization",
        Fast::StandardizeSlope { .. } => "the gradient of a normalization",
        Fast::StandardizeWeightSlope { .. } => "the gradient of a normalization's weight",
        Fast::LogSumExp { .. } => "logsumexp",
        Fast::CrossEntropy { .. } => "cross_entropy",
        Fast::CrossEntropySlope { .. } => "the gradient of cross_entropy",
        Fast::Nll { .. } => "nll_loss",
        Fast::NllSlope { .. } => "the gradient of nll_loss",
        Fast::MatmulWithBias => "addmm",
        Fast::Attention { .. } => "scaled_dot_product_attention",
        Fast::AttentionSlope { .. } => "the gradient of scaled_dot_product_attention",
        Fast::LstmSlope => "the gradient of an LSTM",
        Fast::Gru => "a GRU",
        Fast::GruSlope => "the gradient of a GRU",
        Fast::Convolve { .. } => "a convolution",
        Fast::Spread { .. } => "a transposed convolution",
        Fast::Weigh { .. } => "the gradient of a convolution's weight",
        Fast::Cat { .. } => "cat",
        Fast::Resample { .. } => "interpolate",
        Fast::WindowSum { .. } | Fast::WindowMax { .. } | Fast::WindowPick { .. } => "pooling",
        Fast::WindowShare { .. } | Fast::WindowPut { .. } => "the gradient of pooling",
    }
}

/// The op on a part of its operands, of which the first output tells the place in the whole.
pub fn of_part(op: &Fast, part: &Layout, whole: &Layout) -> Result<Fast> {
    let mut op = op.clone();
    if let Fast::Attention { dropout: Some(Dropout { rows, .. }), .. }
    | Fast::AttentionSlope { dropout: Some(Dropout { rows, .. }), .. } = &mut op
    {
        let mut distance = part.offset - whole.offset;
        let mut axes = whole.stride_order();
        axes.retain(|&mut axis| whole.shape[axis] > 1);
        for axis in axes {
            let start = distance / whole.strides[axis] as usize;
            distance %= whole.strides[axis] as usize;
            if axis < 3 {
                *rows = rows.slice(axis as isize, start, part.shape[axis], 1)?;
            }
        }
    }
    Ok(op)
}

/// The cuts of an op with these operands, inputs before outputs; an input that is left out has no part in them.
pub fn cuts(op: &Fast, inputs: &[Option<Operand>], outputs: &[Operand]) -> Vec<Cut> {
    let rank = inputs[0].as_ref().map_or(0, |operand| operand.layout.rank());
    let has_heads = |k: usize, other: usize| {
        let heads = |k: usize| inputs[k].as_ref().map(|operand| operand.layout.shape[1]);
        heads(k) == heads(other)
    };
    // Along outer axes, which all operands have in the same place.
    let outer = |kept: usize| (0..kept).map(|axis| vec![Some(axis); inputs.len() + outputs.len()]).collect();
    let cuts: Vec<Cut> = match op {
        Fast::Softmax { .. } | Fast::SoftmaxSlope { .. } => outer(rank - 1),
        Fast::Standardize { axes, .. }
        | Fast::StandardizeSlope { axes }
        | Fast::StandardizeWeightSlope { axes }
        | Fast::LogSumExp { axes } => outer(rank - axes),
        // The rows of a loss lie in front of the axes of its indices.
        Fast::CrossEntropy { .. } | Fast::Nll { .. } => {
            (0..rank - 1).map(|a| vec![Some(a), Some(a), None, Some(a + 1)]).collect()
        }
        Fast::CrossEntropySlope { .. } => {
            let each = |a: usize| vec![Some(a), Some(a), Some(a), None, Some(a + 1), Some(a), Some(a)];
            (0..rank).map(each).collect()
        }
        Fast::NllSlope { .. } => (0..rank).map(|a| vec![Some(a), Some(a), Some(a + 1), Some(a), Some(a)]).collect(),
        Fast::MatmulWithBias => {
            vec![vec![Some(1), None, Some(1), Some(0)], vec![None, Some(2), Some(2), Some(1)]]
        }
        Fast::Attention { is_causal, .. } => {
            let queries = vec![Some(2), None, None, Some(2), Some(2), Some(2)];
            let heads: Vec<Cut> = outer(if has_heads(0, 1) { 2 } else { 1 });
            [heads, if *is_causal { Vec::new() } else { vec![queries] }].concat()
        }
        Fast::AttentionSlope { .. } => outer(if has_heads(1, 2) { 2 } else { 1 }),
        Fast::LstmSlope | Fast::Gru | Fast::GruSlope => outer(1),
        Fast::Cat { axis } => {
            (0..rank).filter(|a| a != axis).map(|a| vec![Some(a); inputs.len() + outputs.len()]).collect()
        }
        Fast::Resample { .. } => (0..rank - 3).map(|a| vec![Some(a), None, None, Some(a)]).collect(),
        Fast::Convolve { .. } | Fast::Spread { .. } => vec![vec![Some(0), None, None, Some(0)]],
        Fast::Weigh { .. } => Vec::new(),
        Fast::WindowSum { .. }
        | Fast::WindowShare { .. }
        | Fast::WindowMax { .. }
        | Fast::WindowPick { .. }
        | Fast::WindowPut { .. } => outer(rank - 3),
    };
    let is_given = |k: usize| inputs.get(k).is_none_or(Option::is_some);
    let given = |cut: Cut| cut.into_iter().enumerate().filter(|&(k, _)| is_given(k)).map(|(_, axis)| axis).collect();
    cuts.into_iter().map(given).collect()
}
