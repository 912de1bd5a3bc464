// Adds to each word of a tile of 1024 what `sums` says of the tiles before it.

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let tile = group_index(group, grid);
    for (var i = tile * 1024u + lane; i < min(tile * 1024u + 1024u, count()); i += 256u) {
        numbers[i] += sums[tile];
    }
}
