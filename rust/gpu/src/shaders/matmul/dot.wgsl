// Elements of a line times those of another operand's line.
alias Value = type_x;

fn identity() -> Value { return Value(0); }

fn combine(a: Value, b: Value) -> Value { return a + b; }

fn lift(start: u32, line: u32, j: u32) -> Value {
    return load_x(start + place_step(j)) * load_other(place_other(line) + place_other_step(j));
}

fn put(at: u32, value: Value) { store_out(at, value); }
