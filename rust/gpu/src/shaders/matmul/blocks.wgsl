// Products of matrices, 4 x 4 elements of the result a thread, without workgroup memory: for devices that have none of their
// own. Rows and columns beyond the edge repeat the last one and are not written.

fn put(row: u32, column: u32, batch: u32, values: vec4<f32>) {
    if row >= size_a(1u) {
        return;
    }
    let at = (batch * size_a(1u) + row) * size_b(2u) + column;
    for (var i = 0u; i < 4u && column + i < size_b(2u); i++) {
        store_out(at + i, finished(at + i, values[i]));
    }
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let across = (size_b(2u) + 3u) / 4u;
    let down = (size_a(1u) + 3u) / 4u;
    let i = group_index(group, grid) * 64u + lane;
    let batch = i / across / down;
    if batch >= size_a(0u) {
        return;
    }
    let row = i / across % down * 4u;
    let column = i % across * 4u;
    let rows = min(row + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(size_a(1u) - 1u));
    let columns = min(column + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(size_b(2u) - 1u));
    var at_a = offset_a() + batch * stride_a(0u) + rows * stride_a(1u);
    var at_b = offset_b() + batch * stride_b(0u) + columns * stride_b(2u);
    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    for (var k = 0u; k < size_a(2u); k++) {
        let b = vec4<f32>(load_b(at_b.x), load_b(at_b.y), load_b(at_b.z), load_b(at_b.w));
        sum0 += load_a(at_a.x) * b;
        sum1 += load_a(at_a.y) * b;
        sum2 += load_a(at_a.z) * b;
        sum3 += load_a(at_a.w) * b;
        at_a += vec4<u32>(stride_a(2u));
        at_b += vec4<u32>(stride_b(1u));
    }
    put(row, column, batch, sum0);
    put(row + 1u, column, batch, sum1);
    put(row + 2u, column, batch, sum2);
    put(row + 3u, column, batch, sum3);
}
