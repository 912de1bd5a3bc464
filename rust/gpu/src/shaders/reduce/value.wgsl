// Elements that are combined as numbers.
alias Value = type_item;

fn lift(start: u32, line: u32, j: u32) -> Value { return load_item(start + place_along(j)); }

fn put(at: u32, value: Value) { store_out(at, value); }
