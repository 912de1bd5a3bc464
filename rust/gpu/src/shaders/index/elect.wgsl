// The number of the last source that goes to each slot, from 1 on; the slots start at 0.
fn each(i: u32) {
    if slots[i] != 0xffffffffu {
        atomicMax(&winners[slots[i]], i + 1u);
    }
}
