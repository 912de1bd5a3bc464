@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let tiles = (size_q(2u) + 63u) / 64u;
    let groups = size_q(0u) * size_q(1u) * tiles;
    let place = group_index(group, grid) % groups;
    let part = group_index(group, grid) / groups;
    if part >= parts() {
        return;
    }
    enter(part, place / tiles / size_q(1u), place / tiles % size_q(1u));
    let first = place % tiles * 64u;
    let across = index % 16u;
    let down = index / 16u;
    let own = first + 4u * down;
    let end = end_of(part, select(size_k(2u), min(size_k(2u), first + 64u), IS_CAUSAL));
    // The largest score so far, and the sum of exponentials of what lies below it, of the thread's keys.
    var top = vec4<f32>(-infinity());
    var total = vec4<f32>();
    SUMS
    for (var first_other = part * part_length(); first_other < end; first_other += 32u) {
        let products = product_q_k(first, first_other, index);
        let key = first_other + 2u * across;
        let scores0 = scores(own, key, products[0]);
        let scores1 = scores(own, key + 1u, products[1]);
        tile[(2u * across) * 17u + down] = scores0;
        tile[(2u * across + 1u) * 17u + down] = scores1;
        workgroupBarrier();
        var high = top;
        for (var i = 0u; i < 32u; i++) {
            high = max(high, tile[i * 17u + down]);
        }
        workgroupBarrier();
        // Finite, so that a query that has not seen a key yet stays at zero.
        let level = max(high, vec4<f32>(-3.0e38));
        let weights0 = exp4(scores0 - level);
        let weights1 = exp4(scores1 - level);
        tile[(2u * across) * 17u + down] = weights0 * shares(own, key);
        tile[(2u * across + 1u) * 17u + down] = weights1 * shares(own, key + 1u);
        let fade = exp4(top - level);
        top = high;
        total = total * fade + weights0 + weights1;
        FADE
        GATHER
    }
    tile[across * 17u + down] = total;
    workgroupBarrier();
    total = vec4<f32>();
    for (var i = 0u; i < 16u; i++) {
        total += tile[i * 17u + down];
    }
    PUT
    if across == 0u {
        for (var i = 0u; i < 4u; i++) {
            if own + i < size_q(2u) {
                let line = (part * size_q(0u) * size_q(1u) + place / tiles) * size_q(2u) + own + i;
                store_logarithm(line, logarithm_of(top[i], total[i]));
            }
        }
    }
}

fn scores(query: u32, key: u32, products: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(
        score(query, key, products.x),
        score(query + 1u, key, products.y),
        score(query + 2u, key, products.z),
        score(query + 3u, key, products.w),
    );
}

fn means(sums: vec4<f32>, total: f32) -> vec4<f32> {
    return vec4<f32>(average(sums.x, total), average(sums.y, total), average(sums.z, total), average(sums.w, total));
}
