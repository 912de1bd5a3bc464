// Elements of which only counts whether they are zero.
alias Value = u32;

fn lift(start: u32, line: u32, j: u32) -> Value { return u32(is_true_at(start + place_along(j))); }

fn put(at: u32, value: Value) { store_out(at, i32(value)); }
