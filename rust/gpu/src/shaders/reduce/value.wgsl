// Elements that are combined as numbers.
alias Value = type_item;

fn lifted(x: type_item) -> Value { return x; }

fn put(at: u32, value: Value) { store_out(at, value); }
