fn fold(sum: Value, x: vec4<f32>) -> Value {
    let top = max_f32(sum.top, max_f32(max_f32(x.x, x.y), max_f32(x.z, x.w)));
    let total = (rescaled(Value(x.x, 1.0), top) + rescaled(Value(x.y, 1.0), top))
        + (rescaled(Value(x.z, 1.0), top) + rescaled(Value(x.w, 1.0), top));
    return Value(top, rescaled(sum, top) + total);
}
