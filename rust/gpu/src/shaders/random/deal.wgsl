// One thread draws one block of one stream and writes its `width` numbers, which lie `sequences()` apart.
@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let at = group_index(group, grid) * 256u + lane;
    let sequence = at % sequences();
    if (at / sequences() >= rounds()) {
        return;
    }
    let round = first_round() + at / sequences();
    let low = counter(0u) + round;
    let high = counter(1u) + u32(low < round);
    var numbers = law(philox(vec4<u32>(low, high, sequence, 0u), vec2<u32>(seed(0u), seed(1u))));
    for (var k = 0u; k < width; k++) {
        let place = sequence + (round * width + k) * sequences() - first();
        if (place < numel()) {
            put(place, numbers[k]);
        }
    }
}
