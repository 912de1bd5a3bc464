// One thread draws one block of one stream and writes its `width` numbers, which lie `sequences()` apart.
fn each(at: u32) {
    let sequence = at % sequences();
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
