// The place of the element with the largest key, the first of several.
fn identity() -> Placed { return Placed(LOWEST, 0xffffffffu); }

fn combine(a: Placed, b: Placed) -> Placed {
    let is_tie = !is_below(a.key, b.key) && !is_below(b.key, a.key);
    if is_below(a.key, b.key) || (is_tie && b.place < a.place) { return b; }
    return a;
}

fn put(at: u32, value: Placed) { STORE(at, i32(value.place)); }
