// Elements of which only counts whether they are zero.
alias Value = u32;

fn put(at: u32, value: Value) { store_out(at, i32(value)); }
