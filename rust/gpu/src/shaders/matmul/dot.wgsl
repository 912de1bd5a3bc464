// Elements of a line times those of another operand's line.
alias Value = type_item;

fn identity() -> Value { return Value(0); }

fn combine(a: Value, b: Value) -> Value { return SUM; }

fn lift(start: u32, line: u32, j: u32) -> Value {
    let x = load_item(start + place_along(j));
    let y = load_other(place_other(line) + place_other_along(j));
    return PRODUCT;
}

fn put(at: u32, value: Value) { store_out(at, finished(at, value)); }
