// Ten rounds of Philox4x32, one block of random words for a counter and a key.
fn philox(counter: vec4<u32>, seed: vec2<u32>) -> vec4<u32> {
    var x = counter;
    var key = seed;
    for (var round = 0u; round < 10u; round++) {
        let a = multiply_wide(0xd2511f53u, x.x);
        let b = multiply_wide(0xcd9e8d57u, x.z);
        x = vec4<u32>(b.y ^ x.y ^ key.x, b.x, a.y ^ x.w ^ key.y, a.x);
        key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
    }
    return x;
}
