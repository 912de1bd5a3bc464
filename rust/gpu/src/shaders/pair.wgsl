// int64 where a device has no such integers: two words, the low one first. An empty line ends a declaration.

alias pair = vec2<u32>;

const ZERO_pair = vec2<u32>(0u, 0u);

const ONE_pair = vec2<u32>(1u, 0u);

fn join_pair(low: u32, high: u32) -> pair { return vec2<u32>(low, high); }

fn split_pair(x: pair) -> vec2<u32> { return x; }

fn is_true_pair(x: pair) -> bool { return (x.x | x.y) != 0u; }

fn is_same_pair(x: pair, y: pair) -> bool { return (x.x == y.x) & (x.y == y.y); }

fn is_less_pair(x: pair, y: pair) -> bool {
    return (bitcast<i32>(x.y) < bitcast<i32>(y.y)) | ((x.y == y.y) & (x.x < y.x));
}

fn pair_of_i32(x: i32) -> pair { return vec2<u32>(bitcast<u32>(x), bitcast<u32>(x >> 31u)); }

fn i32_of_pair(x: pair) -> i32 { return bitcast<i32>(x.x); }

// The float32 nearest to x: that of the 32 highest bits of |x|, of which the last stands for all that follow.
fn f32_of_pair(x: pair) -> f32 {
    let size = abs_pair(x);
    let lead = countLeadingZeros(size.y);
    let moved = shifted_left(size, lead & 31u);
    let high = f32(moved.y | select(0u, 1u, moved.x != 0u)) * bitcast<f32>((159u - lead) << 23u);
    let value = select(high, f32(size.x), size.y == 0u);
    return select(value, -value, signbit_pair(x));
}

// x towards zero, within what an int64 holds; 0 for NaN.
fn truncate_f32_pair(x: f32) -> pair {
    let size = min(abs_f32(x), 9223371487098961920.0);
    let high = floor(size * 2.3283064365386963e-10);
    let whole = vec2<u32>(u32(size - high * 4294967296.0), u32(high));
    let inside = select(whole, negate_pair(whole), x < 0.0);
    let above = select(inside, vec2<u32>(0xffffffffu, 0x7fffffffu), x >= 9223372036854775808.0);
    let bounded = select(above, vec2<u32>(0u, 0x80000000u), x <= -9223372036854775808.0);
    return select(bounded, ZERO_pair, is_nan_f32(x));
}

fn is_nan_pair(x: pair) -> bool { return false; }

fn is_inf_pair(x: pair) -> bool { return false; }

fn signbit_pair(x: pair) -> bool { return x.y >= 0x80000000u; }

fn negate_pair(x: pair) -> pair { return op_sub_pair(ZERO_pair, x); }

fn abs_pair(x: pair) -> pair { return select(x, negate_pair(x), signbit_pair(x)); }

fn sign_pair(x: pair) -> pair {
    return select(select(ZERO_pair, ONE_pair, is_true_pair(x)), vec2<u32>(0xffffffffu, 0xffffffffu), signbit_pair(x));
}

fn sgn_pair(x: pair) -> pair { return sign_pair(x); }

fn conj_pair(x: pair) -> pair { return x; }

fn max_pair(x: pair, y: pair) -> pair { return select(x, y, is_less_pair(x, y)); }

fn min_pair(x: pair, y: pair) -> pair { return select(x, y, is_less_pair(y, x)); }

fn bitwise_not_pair(x: pair) -> pair { return ~x; }

// x * 2^n for n below 32.
fn shifted_left(x: pair, n: u32) -> pair { return vec2<u32>(x.x << n, (x.y << n) | ((x.x >> 1u) >> (31u - n))); }

fn shift_left_pair(x: pair, y: pair) -> pair {
    let near = shifted_left(x, y.x & 31u);
    let far = vec2<u32>(0u, near.x);
    return select(ZERO_pair, select(near, far, y.x >= 32u), (y.y == 0u) & (y.x < 64u));
}

fn shift_right_pair(x: pair, y: pair) -> pair {
    let n = y.x & 31u;
    let high = bitcast<i32>(x.y);
    let sign = bitcast<u32>(high >> 31u);
    let near = vec2<u32>((x.x >> n) | ((x.y << 1u) << (31u - n)), bitcast<u32>(high >> n));
    let far = vec2<u32>(near.y, sign);
    return select(vec2<u32>(sign, sign), select(near, far, y.x >= 32u), (y.y == 0u) & (y.x < 64u));
}

// The product of two words, worked out in halves.
fn word_product(x: u32, y: u32) -> pair {
    let low = (x & 0xffffu) * (y & 0xffffu);
    let middle = (x >> 16u) * (y & 0xffffu) + (low >> 16u);
    let other = (x & 0xffffu) * (y >> 16u) + (middle & 0xffffu);
    return vec2<u32>((other << 16u) | (low & 0xffffu), (x >> 16u) * (y >> 16u) + (middle >> 16u) + (other >> 16u));
}

// The quotient and, after it, the rest of x / y, all without signs; y is not 0. A bit at a time beyond one word.
fn divided(x: pair, y: pair) -> vec4<u32> {
    if (x.y | y.y) == 0u { return vec4<u32>(x.x / y.x, 0u, x.x % y.x, 0u); }
    var quotient = x;
    var rest = ZERO_pair;
    for (var k = 0u; k < 64u; k++) {
        rest = vec2<u32>((rest.x << 1u) | (quotient.y >> 31u), (rest.y << 1u) | (rest.x >> 31u));
        quotient = shifted_left(quotient, 1u);
        if (rest.y > y.y) | ((rest.y == y.y) & (rest.x >= y.x)) {
            rest = op_sub_pair(rest, y);
            quotient.x |= 1u;
        }
    }
    return vec4<u32>(quotient, rest);
}

// The sizes of x / y and of what is left; 0 where y is.
fn divided_sizes(x: pair, y: pair) -> vec4<u32> {
    let has_divisor = is_true_pair(y);
    let sizes = divided(abs_pair(x), select(ONE_pair, abs_pair(y), has_divisor));
    return select(vec4<u32>(0u), sizes, has_divisor);
}

// x / y towards zero; 0 if y is 0, and the smallest integer over -1 is itself.
fn trunc_divide_pair(x: pair, y: pair) -> pair {
    let size = divided_sizes(x, y).xy;
    return select(size, negate_pair(size), signbit_pair(x) != signbit_pair(y));
}

fn fmod_pair(x: pair, y: pair) -> pair {
    let size = divided_sizes(x, y).zw;
    return select(size, negate_pair(size), signbit_pair(x));
}

fn floor_divide_pair(x: pair, y: pair) -> pair {
    let sizes = divided_sizes(x, y);
    let is_below = signbit_pair(x) != signbit_pair(y);
    let size = op_add_pair(sizes.xy, select(ZERO_pair, ONE_pair, is_below & is_true_pair(sizes.zw)));
    return select(size, negate_pair(size), is_below);
}

fn remainder_pair(x: pair, y: pair) -> pair {
    let rest = fmod_pair(x, y);
    return select(rest, op_add_pair(rest, y), is_true_pair(rest) & (signbit_pair(rest) != signbit_pair(y)));
}

fn gcd_pair(x: pair, y: pair) -> pair {
    var a = abs_pair(x);
    var b = abs_pair(y);
    while is_true_pair(b) {
        let rest = divided(a, b).zw;
        a = b;
        b = rest;
    }
    return a;
}

fn lcm_pair(x: pair, y: pair) -> pair { return abs_pair(op_mul_pair(trunc_divide_pair(x, gcd_pair(x, y)), y)); }

// x ^ y, wrapping; a power below 0 is what is left of the fraction: 0 except for 1 and -1.
fn pow_pair(x: pair, y: pair) -> pair {
    var power = ONE_pair;
    var square = x;
    var bits = max_pair(y, ZERO_pair);
    while is_true_pair(bits) {
        power = select(power, op_mul_pair(power, square), (bits.x & 1u) == 1u);
        square = op_mul_pair(square, square);
        bits = vec2<u32>((bits.x >> 1u) | (bits.y << 31u), bits.y >> 1u);
    }
    let is_unit = is_same_pair(abs_pair(x), ONE_pair);
    let reciprocal = select(ZERO_pair, select(ONE_pair, x, (y.x & 1u) == 1u), is_unit);
    return select(power, reciprocal, signbit_pair(y));
}

fn op_add_pair(x: pair, y: pair) -> pair {
    let low = x.x + y.x;
    return vec2<u32>(low, x.y + y.y + select(0u, 1u, low < x.x));
}

fn op_sub_pair(x: pair, y: pair) -> pair {
    return vec2<u32>(x.x - y.x, x.y - y.y - select(0u, 1u, x.x < y.x));
}

fn op_mul_pair(x: pair, y: pair) -> pair {
    let low = word_product(x.x, y.x);
    return vec2<u32>(low.x, low.y + x.x * y.y + x.y * y.x);
}

fn op_square_pair(x: pair) -> pair { return op_mul_pair(x, x); }

fn op_add_scaled_pair(x: pair, y: pair, alpha: pair) -> pair { return op_add_pair(x, op_mul_pair(alpha, y)); }

fn op_eq_pair(x: pair, y: pair) -> bool { return is_same_pair(x, y); }

fn op_ne_pair(x: pair, y: pair) -> bool { return !is_same_pair(x, y); }

fn op_lt_pair(x: pair, y: pair) -> bool { return is_less_pair(x, y); }

fn op_le_pair(x: pair, y: pair) -> bool { return !is_less_pair(y, x); }

fn op_gt_pair(x: pair, y: pair) -> bool { return is_less_pair(y, x); }

fn op_ge_pair(x: pair, y: pair) -> bool { return !is_less_pair(x, y); }

fn op_heaviside_pair(x: pair, value: pair) -> pair {
    return select(select(value, ONE_pair, is_true_pair(x)), ZERO_pair, signbit_pair(x));
}

fn op_logical_and_pair(x: pair, y: pair) -> bool { return is_true_pair(x) & is_true_pair(y); }

fn op_logical_or_pair(x: pair, y: pair) -> bool { return is_true_pair(x) | is_true_pair(y); }

fn op_logical_xor_pair(x: pair, y: pair) -> bool { return is_true_pair(x) != is_true_pair(y); }

fn op_logical_not_pair(x: pair) -> bool { return !is_true_pair(x); }

fn op_bitwise_and_pair(x: pair, y: pair) -> pair { return x & y; }

fn op_bitwise_or_pair(x: pair, y: pair) -> pair { return x | y; }

fn op_bitwise_xor_pair(x: pair, y: pair) -> pair { return x ^ y; }

fn op_isfinite_pair(x: pair) -> bool { return true; }

fn op_threshold_backward_pair(gradient: pair, x: pair, threshold: pair) -> pair {
    return select(ZERO_pair, gradient, is_less_pair(threshold, x));
}
