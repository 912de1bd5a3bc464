// How many elements of each chunk are not zero; one more count, of nothing, ends the list.

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let chunk = group_index(group, grid) * 256u + lane;
    if chunk * CHUNK >= numel() + CHUNK {
        return;
    }
    var count = 0u;
    for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, numel()); i++) {
        count += select(1u, 0u, is_zero(i));
    }
    counts[chunk] = count;
}
