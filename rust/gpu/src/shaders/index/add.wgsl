// An int64 index into axis `k` of the picks, checked: WRAPS lets those below zero count from the end.
fn add(index: vec2<u32>, k: u32) {
    let size = sizes(k);
    let is_negative = index.y == 0xffffffffu;
    let at = select(index.x, index.x + size, WRAPS && is_negative);
    if at >= size || !(index.y == 0u || (WRAPS && is_negative)) {
        fits = false;
        REPORT(index, dims(k), size);
        return;
    }
    place += at * steps(k);
    slot += at * slot_steps(k);
}
