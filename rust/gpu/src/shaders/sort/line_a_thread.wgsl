// Each thread arranges a line.
@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let line = group_index(group, grid) * 256u + index;
    if line >= count() { return; }
    origin = place_item(line);
    base = line * length();
    for (var i = 0u; i < length(); i++) { put_place(i, i); }
    ARRANGE;
}
