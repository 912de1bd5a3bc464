// Puts the slice of operand X from step `k` on into workgroup memory; each thread has one step of four rows or columns.
fn fill_X(index: u32, at: u32, first: u32, k: u32, end: u32) {
    let vector = select(index % WIDTH, index / DEPTH, RUNS_ALONG_K_X);
    let depth = select(index / WIDTH, index % DEPTH, RUNS_ALONG_K_X);
    let across = first + vector * 4u;
    slice_X[depth * (WIDTH + 1u) + vector] = vec4<f32>(
        element_X(at, across, k + depth, end),
        element_X(at, across + 1u, k + depth, end),
        element_X(at, across + 2u, k + depth, end),
        element_X(at, across + 3u, k + depth, end),
    );
}
