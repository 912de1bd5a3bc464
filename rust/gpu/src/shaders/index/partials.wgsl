// Combines the sources at the start of each chunk of the list that belong to a run from an earlier chunk.
fn each(t: u32) {
    let first = t / block() * CHUNK;
    if !goes_on(first) {
        return;
    }
    let slot = slot_at(first);
    var value = source_at(first, t % block());
    for (var j = first + 1u; j < end_of_chunk(first); j++) {
        if slot_at(j) != slot {
            break;
        }
        value = combined(value, source_at(j, t % block()));
    }
    store_partials(t, value);
}
