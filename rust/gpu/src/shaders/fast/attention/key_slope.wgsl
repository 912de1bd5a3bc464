@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let tiles = (size_k(2u) + 63u) / 64u;
    let place = group_index(group, grid);
    if place >= size_k(0u) * size_k(1u) * tiles {
        return;
    }
    let first = place % tiles * 64u;
    let across = index % 16u;
    let down = index / 16u;
    let own = first + 4u * down;
    let sharing = size_q(1u) / size_k(1u);
    SUMS
    for (var i = 0u; i < sharing; i++) {
        enter(place / tiles / size_k(1u), place / tiles % size_k(1u) * sharing + i);
        for (var first_other = select(0u, first, IS_CAUSAL); first_other < size_q(2u); first_other += 32u) {
            let products = product_k_q(first, first_other, index);
            let slopes = product_v_g(first, first_other, index);
            let query = first_other + 2u * across;
            let weights0 = weights_of(query, own, products[0]);
            let weights1 = weights_of(query + 1u, own, products[1]);
            tile[(2u * across) * 17u + down] = weights0;
            tile[(2u * across + 1u) * 17u + down] = weights1;
            GATHER_VALUES
            tile[(2u * across) * 17u + down] = weights0 * (slopes[0] - delta(query));
            tile[(2u * across + 1u) * 17u + down] = weights1 * (slopes[1] - delta(query + 1u));
            GATHER_KEYS
        }
    }
    PUT
}

fn weights_of(query: u32, key: u32, products: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(
        weighted(query, key, products.x),
        weighted(query, key + 1u, products.y),
        weighted(query, key + 2u, products.z),
        weighted(query, key + 3u, products.w),
    );
}
