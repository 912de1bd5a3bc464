// Puts the slice of operand X from step `k` on into workgroup memory, in pieces of four elements that lie as in the operand.
fn fill_X(index: u32, at: u32, first: u32, k: u32, end: u32) {
    for (var i = index; i < SIDE * DEPTH / 4u; i += 256u) {
        let lanes = select(SIDE, DEPTH, RUNS_ALONG_K_X) / 4u;
        let line = i / lanes;
        let along = i % lanes * 4u;
        let across = first + select(along, line, RUNS_ALONG_K_X);
        let depth = k + select(line, along, RUNS_ALONG_K_X);
        let piece = piece_X(at, across, depth, end);
        let place = line * STRIDE_X + along;
        KEEP
    }
}
