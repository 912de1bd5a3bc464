// Writes each source's block to its place, where IS_LAST: no later source goes there.

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let t = group_index(group, grid) * 256u + lane;
    let i = t / block();
    if i >= count() {
        return;
    }
    let slot = slots[i];
    if slot != 0xffffffffu && IS_LAST {
        store_home(places[i] * WORDS + place_home(t % block()), source(t));
    }
}
