var<private> NAME_start: u32;

fn NAME_at(line: u32, column: u32) -> f32 {
    if line >= size_NAME(2u) || column >= size_NAME(3u) {
        return 0.0;
    }
    return load_NAME(NAME_start + line * stride_NAME(2u) + column * stride_NAME(3u));
}
