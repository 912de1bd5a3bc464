// Running logarithms of sums of exponentials: rounded once for each result, not once for each element.
fn identity() -> Value { return Value(negate_f32(infinity_f32()), 0.0); }

fn lift(start: u32, line: u32, j: u32) -> Value { return Value(load_item(start + place_along(j)), 1.0); }

fn put(at: u32, value: Value) { store_out(at, value.top + log_f32(value.total)); }
