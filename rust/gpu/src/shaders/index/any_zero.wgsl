// Whether any element is zero.
fn each(chunk: u32) {
    for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, numel()); i++) {
        if is_zero(i) {
            FOUND;
            return;
        }
    }
}
