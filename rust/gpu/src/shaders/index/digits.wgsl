// How often each digit stands in each chunk of the list: digit 0 of all chunks first.

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
    var counts: array<u32, 16>;
    for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, count()); i++) {
        counts[(min(slots[SOURCE], last()) >> shift()) & 15u]++;
    }
    for (var digit = 0u; digit < 16u; digit++) {
        starts[digit * chunks() + chunk] = counts[digit];
    }
}
