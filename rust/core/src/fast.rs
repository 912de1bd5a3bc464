//! Fast ops: composites for which a device may have kernels of its own. The composite, in Python, defines what the op computes;
//! it is what a device without the kernel runs, and what the kernel is tested against.

use crate::layout::Layout;
use crate::random::Draw;

/// What a fast op computes. Inputs and outputs are named in the order in which a backend gets them; where a layout is said to
/// have an axis last, the tensor may be any view that has it there.
#[derive(Clone, Debug, PartialEq)]
pub enum Fast {
    /// (x) -> y: the softmax over the last axis, or its logarithm.
    Softmax { log: bool },
    /// (g, y) -> the gradient of x.
    SoftmaxSlope { log: bool },
    /// (x, weight?, bias?) -> y, mean, var, 1 / sqrt(var + eps): y is (x - mean) / sqrt(var + eps) w + b over the last `axes`
    /// axes. Where nothing is centered, the mean counts as 0, and only y and the last are given.
    Standardize { axes: usize, is_centered: bool, eps: f32 },
    /// (g, x, weight?, mean if centered, 1 / sqrt(var + eps)) -> the gradient of x.
    StandardizeSlope { axes: usize },
    /// (g, x, mean if centered, 1 / sqrt(var + eps)) -> the sum of g (x - mean) / sqrt(var + eps) over the last `axes` axes.
    StandardizeWeightSlope { axes: usize },
    /// (x) -> log(sum(exp(x))) over the last `axes` axes.
    LogSumExp { axes: usize },
    /// (scores, class indices, weight?) -> for each index: the loss, its weight, the largest score and what exp(score - largest)
    /// counts for in the gradient. The classes are the last axis; an index that is `ignored` counts for nothing.
    CrossEntropy { ignored: i64, smoothing: f32 },
    /// (g, scores, class indices, weight?, the four rows, total?) -> the gradient of the scores, divided by the total.
    CrossEntropySlope { ignored: i64, smoothing: f32 },
    /// (log-probabilities, class indices, weight?) -> for each index the loss and its weight.
    Nll { ignored: i64 },
    /// (g, class indices, the two rows, total?) -> the gradient of the log-probabilities, divided by the total.
    NllSlope { ignored: i64 },
    /// (a [batch, m, k], b [batch, k, n], bias [batch, m, n]) -> a b + bias, row-major.
    MatmulWithBias,
    /// (q [batch, heads, l, e], k [batch, h, s, e], v [batch, h, s, c], mask [batch, heads, l, s]) -> y [batch, heads, l, c] and
    /// the logarithm of each row's sum of exponentials [batch, heads, l] in float32: softmax(q k^T scale + mask) v. The mask may
    /// be left out; one of bool keeps where it is true. Several heads may share a key head. `size` is the larger of e and c.
    Attention { is_causal: bool, scale: f32, size: usize, dropout: Option<Dropout> },
    /// (g, q, k, v, mask, y, that logarithm) -> the gradients of q, k and v.
    AttentionSlope { is_causal: bool, scale: f32, size: usize, dropout: Option<Dropout> },
    /// (gradients of h and c, gates [n, 4 h], c [n, h]) -> the gradients of gates and c in a step of a long short-term memory.
    LstmSlope,
    /// (gates [n, 3 h], hidden [n, 3 h], h [n, h]) -> h after a step of a gated recurrent unit.
    Gru,
    /// (g, gates, hidden, h) -> the gradients of gates, hidden and h.
    GruSlope,
    /// (x, weight, bias or none) -> y: x (N, C, 3 axes) seen through windows, under a weight (O, C / groups, 3 axes).
    Convolve { windows: Windows, groups: usize },
    /// (y, weight, bias or none) -> x: the adjoint of Convolve in its input.
    Spread { windows: Windows, groups: usize },
    /// (g, x) -> weight: the adjoint of Convolve in its weight.
    Weigh { windows: Windows, groups: usize },
    /// (up to 7 tensors) -> those one after another along an axis. It is for many small ones.
    Cat { axis: usize },
    /// (x, places as int64, weights in float32) -> y, which has other sizes of the last 3 axes: along each of them an element is
    /// the weighted sum of `taps` others, whose places stand in a row of a table, below zero for none. The tables follow one
    /// another, axis by axis.
    Resample { taps: [usize; 3] },
    /// (x) -> sums: the sum of each window over the last 3 axes; what is outside counts as 0.
    WindowSum { windows: Windows },
    /// (y) -> x: the adjoint of WindowSum.
    WindowShare { windows: Windows },
    /// (x) -> values, places as int64: the largest element of each window and its tap, the first of equals, but the last NaN.
    WindowMax { windows: Windows },
    /// (x, places) -> values: the element at a tap of each window; the adjoint of WindowPut.
    WindowPick { windows: Windows },
    /// (y, places) -> x: each window adds its element at its tap.
    WindowPut { windows: Windows },
}

/// Which weights of an attention stay, divided by how likely that is, before values are weighed by them; the others count for
/// nothing, but in the sums of exponentials.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropout {
    /// Of a Bernoulli number for each element of [batch, heads, l, s].
    pub draw: Draw,
    /// The number of each line of s of those, by [batch, heads, l].
    pub rows: Layout,
}

/// Windows over three spatial axes: place `t` of window `p` lies at `p * stride + t * dilation - before`, maybe outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    pub kernel: [usize; 3],
    pub stride: [usize; 3],
    pub dilation: [usize; 3],
    pub before: [isize; 3],
}

/// Steps and spans of windows stay below this, so that 32 bits hold where they stand.
pub(crate) const REACH: usize = 1 << 30;

impl Windows {
    /// Windows over one to three axes, those that are missing put in front; None for any other number of them and for steps that
    /// are zero or too far.
    pub fn new(kernel: &[usize], stride: &[usize], before: &[isize], dilation: &[usize]) -> Option<Windows> {
        let axes = kernel.len();
        if !(1..=3).contains(&axes) || [stride.len(), before.len(), dilation.len()] != [axes; 3] {
            return None;
        }
        let is_near = |n: usize| (1..REACH).contains(&n);
        let fits = |i: usize| {
            let span = kernel[i].checked_mul(dilation[i]);
            span.is_some_and(is_near) && is_near(stride[i]) && before[i].unsigned_abs() < REACH
        };
        let mut windows = Windows { kernel: [1; 3], stride: [1; 3], dilation: [1; 3], before: [0; 3] };
        for (i, at) in (3 - axes..3).enumerate() {
            (windows.kernel[at], windows.stride[at]) = (kernel[i], stride[i]);
            (windows.dilation[at], windows.before[at]) = (dilation[i], before[i]);
        }
        (0..axes).all(fits).then_some(windows)
    }
}
