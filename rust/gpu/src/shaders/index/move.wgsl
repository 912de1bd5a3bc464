// Moves each chunk's sources, in order, to where those with their digit start.

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let chunk = group_index(group, grid) * 256u + lane;
    if chunk >= chunks() {
        return;
    }
    var next: array<u32, 16>;
    for (var digit = 0u; digit < 16u; digit++) {
        next[digit] = starts[digit * chunks() + chunk];
    }
    for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, count()); i++) {
        let source = SOURCE;
        let digit = (min(slots[source], last()) >> shift()) & 15u;
        order[next[digit]] = source;
        next[digit]++;
    }
}
