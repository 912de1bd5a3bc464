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
}
