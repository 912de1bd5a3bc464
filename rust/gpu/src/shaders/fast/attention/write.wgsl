var<private> NAME_start: u32;

fn put_NAME(line: u32, column: u32, values: vec4<f32>) {
    if line >= size_NAME(2u) {
        return;
    }
    for (var i = 0u; i < 4u && column + i < size_NAME(3u); i++) {
        store_NAME(NAME_start + line * stride_NAME(2u) + (column + i) * stride_NAME(3u), values[i]);
    }
}
