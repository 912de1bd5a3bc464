// Writes the places of each chunk's elements that are not zero after those of the chunks before, as int64.
fn each(chunk: u32) {
    var next = counts[chunk];
    for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, numel()); i++) {
        if is_zero(i) {
            continue;
        }
        var rest = i;
        for (var axis = rank(); axis > 0u; axis--) {
            let size = sizes(axis - 1u);
            let word = 2u * (next * rank() + axis - 1u);
            out[word] = rest % size;
            out[word + 1u] = 0u;
            rest /= size;
        }
        next++;
    }
}
