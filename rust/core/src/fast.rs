//! Fast ops: composites for which a device may have kernels of its own. The composite, in Python, defines what the op computes;
//! it is what a device without the kernel runs, and what the kernel is tested against.

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
}
