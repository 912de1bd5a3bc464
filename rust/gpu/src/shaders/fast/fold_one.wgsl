fn fold(sum: Value, x: f32) -> Value { return combine(sum, Value(x, 1.0)); }
