// A sum of exponentials that does not overflow: `total` times e^top.
struct Value { top: f32, total: f32 }

fn combine(a: Value, b: Value) -> Value {
    let top = max_f32(a.top, b.top);
    return Value(top, rescaled(a, top) + rescaled(b, top));
}

fn rescaled(a: Value, top: f32) -> f32 { return select(a.total * exp_f32(a.top - top), a.total, a.top == top); }
