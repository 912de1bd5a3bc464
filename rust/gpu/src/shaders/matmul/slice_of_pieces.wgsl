// Puts the slice of operand X from step `k` on into workgroup memory, in pieces of four elements. Those that lie along k go
// through registers, where a quarter of the threads, FILLERS_X the first, turn four rows and four steps each.
fn fill_X(index: u32, at: u32, first: u32, k: u32, end: u32) {
    if !RUNS_ALONG_K_X {
        let vector = index % WIDTH;
        let depth = index / WIDTH;
        slice_X[depth * (WIDTH + 1u) + vector] = piece_X(at, first + vector * 4u, k + depth, end);
        return;
    }
    let block = index - FILLERS_X;
    if block >= 64u {
        return;
    }
    let vector = block / (DEPTH / 4u);
    let depth = block % (DEPTH / 4u) * 4u;
    let across = first + vector * 4u;
    let row0 = piece_X(at, across, k + depth, end);
    let row1 = piece_X(at, across + 1u, k + depth, end);
    let row2 = piece_X(at, across + 2u, k + depth, end);
    let row3 = piece_X(at, across + 3u, k + depth, end);
    let own = depth * (WIDTH + 1u) + vector;
    slice_X[own] = vec4<f32>(row0.x, row1.x, row2.x, row3.x);
    slice_X[own + WIDTH + 1u] = vec4<f32>(row0.y, row1.y, row2.y, row3.y);
    slice_X[own + 2u * (WIDTH + 1u)] = vec4<f32>(row0.z, row1.z, row2.z, row3.z);
    slice_X[own + 3u * (WIDTH + 1u)] = vec4<f32>(row0.w, row1.w, row2.w, row3.w);
}
