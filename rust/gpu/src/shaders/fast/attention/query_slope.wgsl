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
    SUMS
    for (var first_other = part * part_length(); first_other < end; first_other += 32u) {
        let products = product_q_k(first, first_other, index);
        let slopes = product_g_v(first, first_other, index);
        for (var i = 0u; i < 2u; i++) {
            let key = first_other + 2u * across + i;
            let given = slopes[i] * shares(own, key);
            tile[(2u * across + i) * 17u + down] = vec4<f32>(
                weighted(own, key, products[i].x) * (given.x - delta(own)),
                weighted(own + 1u, key, products[i].y) * (given.y - delta(own + 1u)),
                weighted(own + 2u, key, products[i].z) * (given.z - delta(own + 2u)),
                weighted(own + 3u, key, products[i].w) * (given.w - delta(own + 3u)),
            );
        }
        GATHER
    }
    PUT
}
