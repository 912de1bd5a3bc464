// 64-bit integers are pairs of words, the low one first: devices without 64-bit arithmetic draw them too.
fn wide_parameter(name: u32) -> vec2<u32> { return vec2<u32>(parameter_word(2u * name), parameter_word(2u * name + 1u)); }

fn is_below(a: vec2<u32>, b: vec2<u32>) -> bool { return (a.y < b.y) | ((a.y == b.y) & (a.x < b.x)); }

fn sum(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    let low = a.x + b.x;
    return vec2<u32>(low, a.y + b.y + u32(low < b.x));
}

fn difference(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> { return vec2<u32>(a.x - b.x, a.y - b.y - u32(a.x < b.x)); }

// x modulo n by long division; x itself for n = 0.
fn remainder(x: vec2<u32>, n: vec2<u32>) -> vec2<u32> {
    if (is_below(x, n) | ((n.x | n.y) == 0u)) {
        return x;
    }
    var rest = vec2<u32>(0u);
    for (var i = 0u; i < 64u; i++) {
        let bit = select(x.x >> (31u - (i & 31u)), x.y >> (31u - i), i < 32u) & 1u;
        let carry = rest.y >> 31u;
        rest = vec2<u32>((rest.x << 1u) | bit, (rest.y << 1u) | (rest.x >> 31u));
        if ((carry == 1u) | !is_below(rest, n)) {
            rest = difference(rest, n);
        }
    }
    return rest;
}

fn narrow_law(bits: vec4<u32>) -> array<vec2<u32>, 4> {
    let n = parameter_word(2u);
    return array<vec2<u32>, 4>(
        sum(wide_parameter(0u), vec2<u32>(bits.x % n, 0u)),
        sum(wide_parameter(0u), vec2<u32>(bits.y % n, 0u)),
        sum(wide_parameter(0u), vec2<u32>(bits.z % n, 0u)),
        sum(wide_parameter(0u), vec2<u32>(bits.w % n, 0u)),
    );
}

fn wide_law(bits: vec4<u32>) -> array<vec2<u32>, 2> {
    return array<vec2<u32>, 2>(
        sum(wide_parameter(0u), remainder(bits.yx, wide_parameter(1u))),
        sum(wide_parameter(0u), remainder(bits.wz, wide_parameter(1u))),
    );
}

// The nearest float of a signed pair, up to the rounding of its halves.
fn float_of_pair(x: vec2<u32>) -> f32 {
    let is_negative = x.y >= 0x80000000u;
    let size = select(x, difference(vec2<u32>(0u), x), is_negative);
    let value = f32(size.y) * 4294967296.0 + f32(size.x);
    return select(value, -value, is_negative);
}
