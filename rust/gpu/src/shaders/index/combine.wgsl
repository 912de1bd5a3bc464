// Combines each home with its sources: the thread of a run's first takes those of its chunk in order, then what the chunks that
// the run goes on in came to.
fn each(t: u32) {
    let first = t / block();
    let element = t % block();
    let slot = slot_at(first);
    if slot == 0xffffffffu || goes_on(first) {
        return;
    }
    let at = places[order[first]] + place_home(element);
    var value = load_home(at);
    var j = first;
    for (; j < end_of_chunk(first); j++) {
        if slot_at(j) != slot {
            break;
        }
        value = combined(value, source_at(j, element));
    }
    for (; j < count() && j % CHUNK == 0u; j += CHUNK) {
        if slot_at(j) != slot {
            break;
        }
        value = combined(value, load_partials(j / CHUNK * block() + element));
    }
    store_home(at, value);
}
