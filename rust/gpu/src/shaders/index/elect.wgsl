// The number of the last source that goes to each slot, from 1 on; the slots start at 0.

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, grid) * 256u + lane;
    if i < count() && slots[i] != 0xffffffffu {
        atomicMax(&winners[slots[i]], i + 1u);
    }
}
