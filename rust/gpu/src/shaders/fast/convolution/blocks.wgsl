// ROWS x 4 elements of the result a thread, without workgroup memory: for devices that have none of their own, and for
// results of few rows. Rows beyond the edge repeat the last one and are not written. IS_POINTWISE: there is one tap, so terms
// run along the depth instead.

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let across_columns = (column_count() + 3u) / 4u;
    let down = (size_a(1u) + ROWS - 1u) / ROWS;
    let i = group_index(group, grid) * 64u + lane;
    if i / across_columns / down >= part_count() {
        return;
    }
    let part = part_at(i / across_columns / down);
    let columns = columns_at(part, i % across_columns * 4u);
    let row = i / across_columns % down * ROWS;
    let rows = min(row + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(size_a(1u) - 1u)) * stride_a(1u);
    var term = vec4<u32>();
    if part.begin < part.end {
        term = term_at(part, part.begin);
    }
    SUMS
    var k = part.begin;
    while k < part.end {
        // The terms to the end of this line of taps.
        let run = select(min(part.taps.z - term.w, part.end - k), part.end - k, IS_POINTWISE);
        let x = columns.x + term.y * along(0u);
        let y = columns.y + term.z * along(1u);
        var z = columns.z + term.w * along(2u);
        let is_inside = (x < vec4<u32>(size_b(3u))) & (y < vec4<u32>(size_b(4u)));
        var line = columns.at_b + term.x * stride_b(2u) + x * stride_b(3u) + y * stride_b(4u);
        var at = part.at_a + place_of_term(term);
        for (var j = 0u; j < run; j++) {
            let b = seen_at(line + z * stride_b(5u), is_inside & (z < vec4<u32>(size_b(5u))));
            PRODUCTS
            if IS_POINTWISE {
                line += vec4<u32>(stride_b(2u));
                at += stride_a(2u);
            } else {
                z += vec4<u32>(along(2u));
                at += apart(2u) * stride_a(5u);
            }
        }
        k += run;
        term = vec4<u32>(term.xy, term.z + 1u, 0u);
        if term.z == part.taps.y {
            term = vec4<u32>(term.x, term.y + 1u, 0u, 0u);
        }
        if term.y == part.taps.x {
            term = vec4<u32>(term.x + 1u, 0u, 0u, 0u);
        }
    }
    RESULTS
}
