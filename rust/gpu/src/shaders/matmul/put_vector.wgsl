// Four elements of a row of the result, whose rows four divides.
fn put(part: u32, row: u32, column: u32, values: vec4<f32>) {
    if row >= size_a(1u) || column >= size_b(2u) {
        return;
    }
    let i = (part * size_a(1u) + row) * size_b(2u) + column;
    let finished_values = vec4<f32>(
        finished(i, values.x),
        finished(i + 1u, values.y),
        finished(i + 2u, values.z),
        finished(i + 3u, values.w),
    );
    put_vector_out(i, finished_values);
}
