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
    /// (a [batch, m, k], b [batch, k, n], bias [batch, m, n]) -> a b + bias, row-major.
    MatmulWithBias,
    /// (q [batch, heads, l, e], k [batch, h, s, e], v [batch, h, s, c], mask [batch, heads, l, s]) -> y [batch, heads, l, c] and
    /// the logarithm of each row's sum of exponentials [batch, heads, l] in float32: softmax(q k^T scale + mask) v. The mask may
    /// be left out; one of bool keeps where it is true. Several heads may share a key head. `size` is the larger of e and c.
    Attention { is_causal: bool, scale: f32, size: usize },
    /// (g, q, k, v, mask, y, that logarithm) -> the gradients of q, k and v.
    AttentionSlope { is_causal: bool, scale: f32, size: usize },
}
