// Products of matrices through workgroup memory: a workgroup makes SIDE x SIDE elements of the result, a thread blocks of
// 4 x 4 of them that lie 64 apart. Where k is cut, each part of it has its own result. IS_WHOLE: no tile has an edge.

const WIDTH = SIDE / 4u;
const DEPTH = 1024u / SIDE;

// Slices of DEPTH along k, four rows of `a` or columns of `b` a vector; one more vector a row keeps threads on different banks.
var<workgroup> slice_a: array<vec4<f32>, DEPTH * (WIDTH + 1u)>;
var<workgroup> slice_b: array<vec4<f32>, DEPTH * (WIDTH + 1u)>;

fn element_a(at: u32, row: u32, k: u32, end: u32) -> f32 {
    if !IS_WHOLE && (row >= size_a(1u) || k >= end) {
        return 0.0;
    }
    return load_a(at + row * stride_a(1u) + k * stride_a(2u));
}

fn element_b(at: u32, column: u32, k: u32, end: u32) -> f32 {
    if !IS_WHOLE && (column >= size_b(2u) || k >= end) {
        return 0.0;
    }
    return load_b(at + column * stride_b(2u) + k * stride_b(1u));
}

fn put(part: u32, row: u32, column: u32, values: vec4<f32>) {
    if row >= size_a(1u) {
        return;
    }
    let at = (part * size_a(1u) + row) * size_b(2u) + column;
    for (var i = 0u; i < 4u && column + i < size_b(2u); i++) {
        store_out(at + i, finished(at + i, values[i]));
    }
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let down = (size_a(1u) + SIDE - 1u) / SIDE;
    let across = (size_b(2u) + SIDE - 1u) / SIDE;
    let own = group_index(group, grid);
    let part = own / (down * across);
    if part >= size_a(0u) * parts() {
        return;
    }
    // Tiles are taken in bands of eight rows, so that those in flight together share what they read.
    let tile = own % (down * across);
    let band = tile / (8u * across) * 8u;
    let height = min(8u, down - band);
    let first_row = (band + tile % (8u * across) % height) * SIDE;
    let first_column = tile % (8u * across) / height * SIDE;

    let at_a = offset_a() + part % size_a(0u) * stride_a(0u);
    let at_b = offset_b() + part % size_a(0u) * stride_b(0u);
    let begin = part / size_a(0u) * part_length();
    let end = min(begin + part_length(), size_a(2u));
    let vector_a = select(index % WIDTH, index / DEPTH, A_RUNS_ALONG_K);
    let depth_a = select(index / WIDTH, index % DEPTH, A_RUNS_ALONG_K);
    let vector_b = select(index % WIDTH, index / DEPTH, B_RUNS_ALONG_K);
    let depth_b = select(index / WIDTH, index % DEPTH, B_RUNS_ALONG_K);
    let row = first_row + vector_a * 4u;
    let column = first_column + vector_b * 4u;
    let x = index % 16u;
    let y = index / 16u;
    SUMS
    for (var k = begin; k < end; k += DEPTH) {
        let k_a = k + depth_a;
        slice_a[depth_a * (WIDTH + 1u) + vector_a] = vec4<f32>(
            element_a(at_a, row, k_a, end),
            element_a(at_a, row + 1u, k_a, end),
            element_a(at_a, row + 2u, k_a, end),
            element_a(at_a, row + 3u, k_a, end),
        );
        let k_b = k + depth_b;
        slice_b[depth_b * (WIDTH + 1u) + vector_b] = vec4<f32>(
            element_b(at_b, column, k_b, end),
            element_b(at_b, column + 1u, k_b, end),
            element_b(at_b, column + 2u, k_b, end),
            element_b(at_b, column + 3u, k_b, end),
        );
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
