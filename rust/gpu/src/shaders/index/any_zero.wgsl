// Whether any element is zero.

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let chunk = group_index(group, grid) * 256u + lane;
    if chunk * CHUNK >= numel() {
        return;
    }
    for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, numel()); i++) {
        if is_zero(i) {
            atomicStore(&found[0], 1u);
            return;
        }
    }
}
