// Replaces each word of a tile of 1024 by the sum of those before it; `sums` gets the sum of each tile.

var<workgroup> running: array<u32, 256>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let tile = group_index(group, grid);
    let first = tile * 1024u + lane * 4u;
    var own: array<u32, 4>;
    var sum = 0u;
    for (var k = 0u; k < 4u; k++) {
        own[k] = sum;
        if first + k < count() {
            sum += numbers[first + k];
        }
    }
    running[lane] = sum;
    workgroupBarrier();
    for (var reach = 1u; reach < 256u; reach *= 2u) {
        var before = 0u;
        if lane >= reach {
            before = running[lane - reach];
        }
        workgroupBarrier();
        running[lane] += before;
        workgroupBarrier();
    }
    let start = running[lane] - sum;
    for (var k = 0u; k < 4u; k++) {
        if first + k < count() {
            numbers[first + k] = start + own[k];
        }
    }
    if lane == 255u && tile * 1024u < count() {
        sums[tile] = running[255];
    }
}
