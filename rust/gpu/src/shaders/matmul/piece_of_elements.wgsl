// Four elements of operand X along k, or from four rows of `a` or columns of `b`, as RUNS_ALONG_K_X says.
fn piece_X(at: u32, across: u32, k: u32, end: u32) -> vec4<Value> {
    if RUNS_ALONG_K_X {
        return vec4<Value>(
            element_X(at, across, k, end),
            element_X(at, across, k + 1u, end),
            element_X(at, across, k + 2u, end),
            element_X(at, across, k + 3u, end),
        );
    }
    return vec4<Value>(
        element_X(at, across, k, end),
        element_X(at, across + 1u, k, end),
        element_X(at, across + 2u, k, end),
        element_X(at, across + 3u, k, end),
    );
}
