// Sine, cosine, tangent and their inverses, of f32. An empty line ends a declaration.

// Words of 2 / pi as a binary fraction, behind a word of zeros.
fn two_over_pi(word: u32) -> u32 {
    switch word {
        case 1u: { return 0xa2f9836eu; }
        case 2u: { return 0x4e441529u; }
        case 3u: { return 0xfc2757d1u; }
        case 4u: { return 0xf534ddc0u; }
        case 5u: { return 0xdb629599u; }
        case 6u: { return 0x3c439041u; }
        case 7u: { return 0xfe5163abu; }
        default: { return 0u; }
    }
}

// The low and the high word of a * b.
fn multiply_wide(a: u32, b: u32) -> vec2<u32> {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
    let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
    return vec2<u32>(a * b, (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u));
}

struct Reduced {
    high: f32,
    low: f32,
    quadrant: u32,
}

// r = high + low and q of |x| = (q + 4k) pi/2 + r with |r| <= pi/4, exact however large x is: the mantissa times the bits of
// 2 / pi that matter, in integers (Payne and Hanek).
fn reduce_angle(x: f32) -> Reduced {
    let size = abs_f32(x);
    if size < 0.78539816 {
        return Reduced(size, 0.0, 0u);
    }
    let bits = bitcast<u32>(size);
    let mantissa = (bits & 0x7fffffu) | 0x800000u;
    let start = (bits >> 23u) - 120u;
    let word = start / 32u;
    let shift = start % 32u;
    let back = (32u - shift) & 31u;
    let keep = select(0xffffffffu, 0u, shift == 0u);
    let w0 = (two_over_pi(word) << shift) | ((two_over_pi(word + 1u) >> back) & keep);
    let w1 = (two_over_pi(word + 1u) << shift) | ((two_over_pi(word + 2u) >> back) & keep);
    let w2 = (two_over_pi(word + 2u) << shift) | ((two_over_pi(word + 3u) >> back) & keep);
    let p1 = multiply_wide(mantissa, w1);
    let p2 = multiply_wide(mantissa, w2);
    let middle = p1.x + p2.y;
    let top = mantissa * w0 + p1.y + select(0u, 1u, middle < p1.x);
    // The fraction of a quarter turn, 64 bits after the two of the quadrant; above a half it counts down from the next one.
    var high = (top << 2u) | (middle >> 30u);
    var low = (middle << 2u) | (p2.x >> 30u);
    let is_past = high >= 0x80000000u;
    if is_past {
        low = ~low + 1u;
        high = ~high + select(0u, 1u, low == 0u);
    }
    var weight = -32;
    if high == 0u {
        high = low;
        low = 0u;
        weight = -64;
    }
    let zeros = countLeadingZeros(high | 1u);
    let digits = (high << zeros) | select(low >> (32u - zeros), 0u, zeros == 0u);
    let scale = power_of_two(weight - i32(zeros));
    let turn = f32(digits & 0xffffff00u) * scale;
    let product = two_product(turn, 1.57079637);
    let rest = product.y + (turn * -4.37113883e-8 + f32(digits & 0xffu) * scale * 1.57079637);
    let angle = fast_two_sum(product.x, rest);
    let quadrant = (top >> 30u) + select(0u, 1u, is_past);
    return Reduced(select(angle.x, -angle.x, is_past), select(angle.y, -angle.y, is_past), quadrant);
}

// sin(r + low) for |r| <= pi/4
fn sin_near_zero(r: f32, low: f32) -> f32 {
    let z = r * r;
    return r + (r * z * (-0.16666667 + z * (0.008333331 + z * (-0.00019840874 + z * 0.0000027525562))) + low);
}

// cos(r + low) for |r| <= pi/4
fn cos_near_zero(r: f32, low: f32) -> f32 {
    let z = r * r;
    let tail = z * z * (0.041666668 + z * (-0.0013888889 + z * (0.000024801587 - z * 0.00000027557319)));
    let half = 0.5 * z;
    let one = without_last_bit(1.0 - half);
    return one + (((1.0 - one) - half) + (tail - r * low));
}

fn sin_in_quadrant(angle: Reduced, quadrant: u32) -> f32 {
    let value = select(
        sin_near_zero(angle.high, angle.low),
        cos_near_zero(angle.high, angle.low),
        (quadrant & 1u) == 1u
    );
    return bitcast<f32>(bitcast<u32>(value) ^ ((quadrant & 2u) << 30u));
}

// `value` where x is finite.
fn of_angle(x: f32, value: f32) -> f32 {
    return select(value, bitcast<f32>(0x7fc00000u), (bitcast<u32>(x) & 0x7fffffffu) >= 0x7f800000u);
}

fn sin_f32(x: f32) -> f32 {
    let angle = reduce_angle(x);
    let value = sin_in_quadrant(angle, angle.quadrant);
    return of_angle(x, bitcast<f32>(bitcast<u32>(value) ^ (bitcast<u32>(x) & 0x80000000u)));
}

fn cos_f32(x: f32) -> f32 {
    let angle = reduce_angle(x);
    return of_angle(x, sin_in_quadrant(angle, angle.quadrant + 1u));
}

fn tan_f32(x: f32) -> f32 {
    let angle = reduce_angle(x);
    let sin = sin_near_zero(angle.high, angle.low);
    let cos = cos_near_zero(angle.high, angle.low);
    let is_odd = (angle.quadrant & 1u) == 1u;
    let value = select(sin, -cos, is_odd) / select(cos, sin, is_odd);
    return of_angle(x, bitcast<f32>(bitcast<u32>(value) ^ (bitcast<u32>(x) & 0x80000000u)));
}

// asin(s) / s - 1 for 0 <= s <= 1/2 and z = s^2.
fn asin_tail(z: f32) -> f32 {
    return z * (0.16666667 + z * (0.075000061 + z * (0.04464043 + z * (0.030430237 + z * (0.021837512
        + z * (0.020768198 + z * (0.00170018 + z * 0.033174536)))))));
}

// asin(sqrt(z)) in two parts, for z from 0 to 1/4: the square root with what it loses.
fn asin_of_root(z: f32) -> vec2<f32> {
    let s = sqrt(z);
    let square = two_product(s, s);
    let lost = select(((z - square.x) - square.y) / (2.0 * s), 0.0, s == 0.0);
    return fast_two_sum(s, lost + s * asin_tail(z));
}

fn asin_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let half = asin_of_root(0.5 * (1.0 - size));
    let far = 1.57079637 - (2.0 * half.x - (-4.37113883e-8 - 2.0 * half.y));
    let value = copysign_f32(select(far, size + size * asin_tail(size * size), size <= 0.5), x);
    return select(value, bitcast<f32>(0x7fc00000u), !(size <= 1.0));
}

fn acos_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let half = asin_of_root(0.5 * (1.0 - size));
    let outer = select(2.0 * (half.x + half.y), 3.14159274 - (2.0 * half.x - (-8.74227766e-8 - 2.0 * half.y)), x < 0.0);
    let inner = 1.57079637 - (x + (x * asin_tail(x * x) - -4.37113883e-8));
    return select(select(outer, inner, size <= 0.5), bitcast<f32>(0x7fc00000u), !(size <= 1.0));
}

// The angle in [0, pi/2] of the point (x, y) with x, y >= 0; NaN at (0, 0).
fn quarter_angle(y: f32, x: f32) -> f32 {
    let is_steep = y > 2.41421356 * x;
    let is_middle = y > 0.41421356 * x;
    let numerator = select(select(y, y - x, is_middle), -x, is_steep);
    let denominator = select(select(x, y + x, is_middle), y, is_steep);
    let base = select(select(0.0, 0.785398185, is_middle), 1.57079637, is_steep);
    let lost = select(select(0.0, -2.18556941e-8, is_middle), -4.37113883e-8, is_steep);
    let t = numerator / denominator;
    let z = t * t;
    let tail = z * (-0.33333333 + z * (0.19999993 + z * (-0.1428539 + z * (0.11103501 + z * (-0.089928895
        + z * (0.069754411 - z * 0.037672793))))));
    return base + (t + (t * tail + lost));
}

fn atan_f32(x: f32) -> f32 {
    return select(copysign_f32(quarter_angle(abs_f32(x), 1.0), x), x, is_nan_f32(x));
}

// The angle of the point (x, y), called atan2(y, x); 0 or pi at the origin, odd multiples of pi/4 at infinity.
fn atan2_f32(y: f32, x: f32) -> f32 {
    let are_infinite = is_inf_f32(y) & is_inf_f32(x);
    let is_large = (abs_f32(y) > 1.0e37) | (abs_f32(x) > 1.0e37);
    let scale = select(1.0, 0.00006103515625, is_large);
    let height = select(abs_f32(y) * scale, 1.0, are_infinite);
    let width = select(abs_f32(x) * scale, 1.0, are_infinite);
    let origin = !is_true_f32(x) & !is_true_f32(y);
    let value = select(quarter_angle(height, width), 0.0, origin);
    let turned = copysign_f32(select(value, 3.14159274 - (value - -8.74227766e-8), signbit_f32(x)), y);
    return select(turned, bitcast<f32>(0x7fc00000u), is_nan_f32(x) | is_nan_f32(y));
}
