// Products of matrices through workgroup memory: a thread makes blocks of 4 x 4 elements of its workgroup's tile that lie 64
// apart. IS_WHOLE: no tile has an edge.

const WIDTH = SIDE / 4u;
const DEPTH = 1024u / SIDE;

// Slices of DEPTH along k, four rows of `a` or columns of `b` a vector; one more vector a row keeps threads on different banks.
var<workgroup> slice_a: array<vec4<f32>, DEPTH * (WIDTH + 1u)>;
var<workgroup> slice_b: array<vec4<f32>, DEPTH * (WIDTH + 1u)>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let own = group_index(group, grid);
    if own >= tiles() {
        return;
    }
    let tile = tile_at(own);
    let x = index % 16u;
    let y = index / 16u;
    SUMS
    for (var k = tile.begin; k < tile.end; k += DEPTH) {
        fill_a(index, tile.at_a, tile.row, k, tile.end);
        fill_b(index, tile.at_b, tile.column, k, tile.end);
        workgroupBarrier();
        for (var depth = 0u; depth < DEPTH; depth++) {
            let own_a = depth * (WIDTH + 1u) + y;
            let own_b = depth * (WIDTH + 1u) + x;
            PRODUCTS
        }
        workgroupBarrier();
    }
    RESULTS
}
