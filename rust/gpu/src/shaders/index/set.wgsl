// Writes each source's block to its place, where IS_LAST: no later source goes there.
fn each(t: u32) {
    let i = t / block();
    let slot = slots[i];
    if slot != 0xffffffffu && IS_LAST {
        store_home(places[i] * WORDS + place_home(t % block()), source(t));
    }
}
