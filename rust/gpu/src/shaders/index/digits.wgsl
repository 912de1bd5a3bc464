// How often each digit stands in each chunk of the list: digit 0 of all chunks first.
fn each(chunk: u32) {
    var counts: array<u32, 16>;
    for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, count()); i++) {
        counts[(min(slots[SOURCE], last()) >> shift()) & 15u]++;
    }
    for (var digit = 0u; digit < 16u; digit++) {
        starts[digit * chunks() + chunk] = counts[digit];
    }
}
