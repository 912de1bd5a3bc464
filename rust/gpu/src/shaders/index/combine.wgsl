// Combines each home with its sources: the thread of a run's first takes those of its chunk in order, then what the chunks that
// the run goes on in came to.

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let t = group_index(group, grid) * 256u + lane;
    let first = t / block();
    let element = t % block();
    if first >= count() {
        return;
    }
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
