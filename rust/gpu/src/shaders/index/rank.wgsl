// Lists the sources by slot: each stands behind those with a lower slot, and those before it with the same.

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, grid) * 256u + lane;
    if i >= count() {
        return;
    }
    let own = slots[i];
    var rank = 0u;
    for (var j = 0u; j < count(); j++) {
        let other = slots[j];
        rank += select(0u, 1u, other < own || (other == own && j < i));
    }
    order[rank] = i;
}
