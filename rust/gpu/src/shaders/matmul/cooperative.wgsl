// Products of float16 matrices by cooperative matrices of MATRIX x MATRIX, summed in float32. A workgroup makes a tile in UNITS
// parts of SIDE / 2 x SIDE / 4, one a subgroup; where there are fewer subgroups they take turns, where there are more the rest
// does what one of them does and drops it.

const UNITS = 8u;
const DEPTH = 32u;
// Slices lie as their operands do. Eight elements more a row, and four more a row of sums, keep threads on different banks.
const STRIDE_a = select(SIDE, DEPTH, RUNS_ALONG_K_a) + 8u;
const STRIDE_b = select(SIDE, DEPTH, RUNS_ALONG_K_b) + 8u;
const STRIDE_SUMS = MATRIX + 4u;

var<workgroup> slice_a: array<Kept, select(DEPTH, SIDE, RUNS_ALONG_K_a) * STRIDE_a / PER_KEPT>;
var<workgroup> slice_b: array<Kept, select(DEPTH, SIDE, RUNS_ALONG_K_b) * STRIDE_b / PER_KEPT>;
var<workgroup> sums: array<f32, (UNITS + 1u) * MATRIX * STRIDE_SUMS>;

// Writes the matrices of `count` subgroups from `sums`, of which the first has part `first` of the tile, `down` and `across`
// from its corner.
fn put_sums(index: u32, tile: Tile, first: u32, count: u32, down: u32, across: u32) {
    for (var i = index; i < count * MATRIX * MATRIX / 4u; i += 256u) {
        let unit = first + i / (MATRIX * MATRIX / 4u);
        let y = i / (MATRIX / 4u) % MATRIX;
        let x = i % (MATRIX / 4u) * 4u;
        let at = (i / (MATRIX * MATRIX / 4u) * MATRIX + y) * STRIDE_SUMS + x;
        let row = tile.row + unit / 4u * (SIDE / 2u) + down + y;
        let column = tile.column + unit % 4u * (SIDE / 4u) + across + x;
        put(tile.part, row, column, vec4<f32>(sums[at], sums[at + 1u], sums[at + 2u], sums[at + 3u]));
    }
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
    @builtin(subgroup_id) subgroup: u32,
    @builtin(num_subgroups) subgroups: u32,
) {
    // No call: products of matrices must be in control flow that naga sees to be uniform.
    let own = group.y * grid.x + group.x;
    if own >= tiles() {
        return;
    }
    let tile = tile_at(own);
    for (var first = 0u; first < UNITS; first += subgroups) {
        let unit = min(first + subgroup, UNITS - 1u);
        let row = unit / 4u * (SIDE / 2u);
        let column = unit % 4u * (SIDE / 4u);
        CLEAR
        for (var k = tile.begin; k < tile.end; k += DEPTH) {
            fill_a(index, tile.at_a, tile.row, k, tile.end);
            fill_b(index, tile.at_b, tile.column, k, tile.end);
            workgroupBarrier();
            for (var depth = 0u; depth < DEPTH; depth += MATRIX) {
                MULTIPLY
            }
            workgroupBarrier();
        }
        let count = min(subgroups, UNITS - first);
        let own_sums = min(subgroup, UNITS) * MATRIX * STRIDE_SUMS;
        WRITE
    }
}
