// Four elements of operand X that lie side by side, from a row of `a` or column of `b`, `across`, or from several. Four divides
// the sizes and places. Zeros beyond the edges.
fn piece_X(at: u32, across: u32, k: u32, end: u32) -> vec4<Value> {
    if !IS_WHOLE && (across >= size_X(ACROSS_X) || k >= end) {
        return vec4<Value>();
    }
    return READ_X(at + across * stride_X(ACROSS_X) + k * stride_X(ALONG_X));
}
