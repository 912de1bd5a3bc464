// How many elements of each chunk are not zero; one more count, of nothing, ends the list.
fn each(chunk: u32) {
    var count = 0u;
    for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, numel()); i++) {
        count += select(1u, 0u, is_zero(i));
    }
    counts[chunk] = count;
}
