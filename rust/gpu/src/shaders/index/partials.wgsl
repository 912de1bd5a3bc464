// Combines the sources at the start of each chunk of the list that belong to a run from an earlier chunk.

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let t = group_index(group, grid) * 256u + lane;
    let first = t / block() * CHUNK;
    if first >= count() {
        return;
    }
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
