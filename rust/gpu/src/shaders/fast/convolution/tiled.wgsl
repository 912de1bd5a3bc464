// Through workgroup memory: a workgroup makes SIDE x SIDE elements of the result, a thread blocks of 4 x 4 of them that lie 64
// apart, as in matmul/tiled.wgsl. Rows beyond the edge repeat the last one and are not written.

const WIDTH = SIDE / 4u;
const DEPTH = 1024u / SIDE;

// Slices of DEPTH terms, four rows of `a` or columns of `b` a vector; one more vector a row keeps threads on different banks.
var<workgroup> slice_a: array<vec4<f32>, DEPTH * (WIDTH + 1u)>;
var<workgroup> slice_b: array<vec4<f32>, DEPTH * (WIDTH + 1u)>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let down = (size_a(1u) + SIDE - 1u) / SIDE;
    let across_columns = (column_count() + SIDE - 1u) / SIDE;
    let tile = group_index(group, grid);
    if tile / down / across_columns >= part_count() {
        return;
    }
    let part = part_at(tile / down / across_columns);
    let first_row = tile % down * SIDE;
    let first_column = tile / down % across_columns * SIDE;
    let vector_a = select(index % WIDTH, index / DEPTH, A_RUNS_ALONG_TERMS);
    let depth_a = select(index / WIDTH, index % DEPTH, A_RUNS_ALONG_TERMS);
    let vector_b = select(index % WIDTH, index / DEPTH, B_RUNS_ALONG_TERMS);
    let depth_b = select(index / WIDTH, index % DEPTH, B_RUNS_ALONG_TERMS);
    let row = first_row + vector_a * 4u;
    let rows = min(row + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(size_a(1u) - 1u)) * stride_a(1u);
    let columns = columns_at(part, first_column + vector_b * 4u);
    let x = index % 16u;
    let y = index / 16u;
    SUMS
    for (var k = part.begin; k < part.end; k += DEPTH) {
        var values_a = vec4<f32>();
        if k + depth_a < part.end {
            let at = part.at_a + place_of_term(term_at(part, k + depth_a));
            values_a = vec4<f32>(load_a(at + rows.x), load_a(at + rows.y), load_a(at + rows.z), load_a(at + rows.w));
        }
        slice_a[depth_a * (WIDTH + 1u) + vector_a] = values_a;
        var values_b = vec4<f32>();
        if k + depth_b < part.end {
            values_b = seen(columns, term_at(part, k + depth_b));
        }
        slice_b[depth_b * (WIDTH + 1u) + vector_b] = values_b;
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
