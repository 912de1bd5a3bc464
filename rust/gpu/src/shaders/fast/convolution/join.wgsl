// Adds the parts of each sum, one after the other.
@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, grid) * 256u + lane;
    if i >= part_size() {
        return;
    }
    var sum = 0.0;
    for (var part = 0u; part < parts(); part++) {
        sum += partial(part * part_size() + i);
    }
    store_out(place_out(i), sum + BIAS);
}
