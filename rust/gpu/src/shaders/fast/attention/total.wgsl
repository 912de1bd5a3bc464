// Each element as the sum of what the parts give for it.
@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let i = group_index(group, grid) * 256u + index;
    if i >= count() {
        return;
    }
    var sum = 0.0;
    for (var part = 0u; part < parts(); part++) {
        sum += load_results(part * count() + i);
    }
    store_out(place_out(i), sum);
}
