// The place of the element with the largest key so far, the last of several.
const NOWHERE = 0xffffffffu;

fn identity() -> Placed { return Placed(LOWEST, NOWHERE); }

fn combine(a: Placed, b: Placed) -> Placed {
    if b.place == NOWHERE || (a.place != NOWHERE && is_below(b.key, a.key)) { return a; }
    return b;
}

fn put(at: u32, value: Placed) { store_out(at, i32(value.place)); }
