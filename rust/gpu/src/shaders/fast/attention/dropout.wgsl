// The number of the first query of the head among the queries of all heads.
var<private> first_row: u32;

// The random number of a weight: that which a draw of the matrix of all queries and keys has in its place.
fn random_of(query: u32, key: u32) -> f32 {
    let start = multiply_wide(first_row + query, size_k(2u));
    let low = start.x + key;
    let high = start.y + u32(low < key);
    // The place divided by the number of streams, which is below 2^24, so that 8 bits more fit beside a remainder.
    var turn = low / sequences();
    var stream = low % sequences();
    if high > 0u {
        turn = 0u;
        stream = high % sequences();
        for (var i = 0u; i < 4u; i++) {
            let rest = (stream << 8u) | extractBits(low, 24u - 8u * i, 8u);
            turn = (turn << 8u) | (rest / sequences());
            stream = rest % sequences();
        }
    }
    let round = counter(0u) + turn / 4u;
    let carry = u32(round < turn / 4u);
    let block = philox(vec4<u32>(round, counter(1u) + carry, stream, 0u), vec2<u32>(seed(0u), seed(1u)));
    return unit(block[turn % 4u]);
}

// What is left of a weight: it counts by 1 / kept, or not at all.
fn share(query: u32, key: u32) -> f32 {
    let kept = bitcast<f32>(kept());
    return select(0.0, 1.0 / kept, random_of(query, key) <= kept);
}
