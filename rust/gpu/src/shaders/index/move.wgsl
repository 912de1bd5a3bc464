// Moves each chunk's sources, in order, to where those with their digit start.
fn each(chunk: u32) {
    var next: array<u32, 16>;
    for (var digit = 0u; digit < 16u; digit++) {
        next[digit] = starts[digit * chunks() + chunk];
    }
    for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, count()); i++) {
        let source = SOURCE;
        let digit = (min(slots[source], last()) >> shift()) & 15u;
        order[next[digit]] = source;
        next[digit]++;
    }
}
