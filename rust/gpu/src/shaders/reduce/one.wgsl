// Elements anywhere.
fn lift(start: u32, line: u32, j: u32) -> Value { return lifted(load_item(start + place_along(j))); }
