// Four elements of a row of the result, as many of them as there are.
fn put(part: u32, row: u32, column: u32, values: vec4<f32>) {
    if row >= size_a(1u) {
        return;
    }
    let at = (part * size_a(1u) + row) * size_b(2u) + column;
    for (var i = 0u; i < 4u && column + i < size_b(2u); i++) {
        store_out(at + i, finished(at + i, values[i]));
    }
}
