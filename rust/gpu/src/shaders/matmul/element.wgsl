// An element of operand X: of the row of `a` or the column of `b` that `across` counts. Zero beyond the edges.
fn element_X(at: u32, across: u32, k: u32, end: u32) -> Value {
    if !IS_WHOLE && (across >= size_X(ACROSS_X) || k >= end) {
        return Value(0);
    }
    return READ_X(at + across * stride_X(ACROSS_X) + k * stride_X(ALONG_X));
}
