// The elements of products whose sums were made in parts.
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
    var sum = load_part(i * element_step());
    for (var j = 1u; j < parts(); j++) {
        let next = load_part(i * element_step() + j * part_step());
        sum = SUM;
    }
    store_out(i, finished(i, sum));
}
