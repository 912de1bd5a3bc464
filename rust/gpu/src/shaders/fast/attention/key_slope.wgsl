@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let tiles = (size_k(2u) + 63u) / 64u;
    let groups = size_k(0u) * size_k(1u) * tiles;
    let place = group_index(group, grid) % groups;
    let part = group_index(group, grid) / groups;
    if part >= parts() {
        return;
    }
    let first = place % tiles * 64u;
    let across = index % 16u;
    let down = index / 16u;
    let own = first + 4u * down;
    let sharing = size_q(1u) / size_k(1u);
    let start = select(0u, first, IS_CAUSAL);
    let end = end_of(part, size_q(2u));
    SUMS
    for (var i = 0u; i < sharing; i++) {
        enter(part, place / tiles / size_k(1u), place / tiles % size_k(1u) * sharing + i);
        for (var first_other = max(start, part * part_length()); first_other < end; first_other += 32u) {
            let products = product_k_q(first, first_other, index);
            let query = first_other + 2u * across;
            let weights0 = weights_of(query, own, products[0]);
            let weights1 = weights_of(query + 1u, own, products[1]);
            let shares0 = shares_of(query, own);
            let shares1 = shares_of(query + 1u, own);
            STEPS
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
