// Sine, cosine, tangent and their inverses, of f64; the polynomials are fdlibm's (Sun Microsystems, 1993). An empty line ends a
// declaration.

// Words of 2 / pi as a binary fraction, behind two words of zeros.
fn two_over_pi_f64(word: u32) -> u32 {
    switch word {
        case 2u: { return 0xa2f9836eu; }
        case 3u: { return 0x4e441529u; }
        case 4u: { return 0xfc2757d1u; }
        case 5u: { return 0xf534ddc0u; }
        case 6u: { return 0xdb629599u; }
        case 7u: { return 0x3c439041u; }
        case 8u: { return 0xfe5163abu; }
        case 9u: { return 0xdebbc561u; }
        case 10u: { return 0xb7246e3au; }
        case 11u: { return 0x424dd2e0u; }
        case 12u: { return 0x06492eeau; }
        case 13u: { return 0x09d1921cu; }
        case 14u: { return 0xfe1deb1cu; }
        case 15u: { return 0xb129a73eu; }
        case 16u: { return 0xe88235f5u; }
        case 17u: { return 0x2ebb4484u; }
        case 18u: { return 0xe99c7026u; }
        case 19u: { return 0xb45f7e41u; }
        case 20u: { return 0x3991d639u; }
        case 21u: { return 0x835339f4u; }
        case 22u: { return 0x9c845f8bu; }
        case 23u: { return 0xbdf9283bu; }
        case 24u: { return 0x1ff897ffu; }
        case 25u: { return 0xde05980fu; }
        case 26u: { return 0xef2f118bu; }
        case 27u: { return 0x5a0a6d1fu; }
        case 28u: { return 0x6d367ecfu; }
        case 29u: { return 0x27cb09b7u; }
        case 30u: { return 0x4f463f66u; }
        case 31u: { return 0x9e5fea2du; }
        case 32u: { return 0x7527bac7u; }
        case 33u: { return 0xebe5f17bu; }
        case 34u: { return 0x3d0739f7u; }
        case 35u: { return 0x8a5292eau; }
        case 36u: { return 0x6bfb5fb1u; }
        case 37u: { return 0x1f8d5d08u; }
        case 38u: { return 0x56033046u; }
        default: { return 0u; }
    }
}

// The 64 bits of it from bit `at` on.
fn two_over_pi_bits_f64(at: u32) -> u64 {
    let word = at / 32u;
    let shift = at % 32u;
    let high = (u64(two_over_pi_f64(word)) << 32u) | u64(two_over_pi_f64(word + 1u));
    return (high << shift) | (u64(two_over_pi_f64(word + 2u)) >> (32u - shift));
}

// The low and the high half of a * b.
fn multiply_wide_u64(a: u64, b: u64) -> vec2<u64> {
    let low = (a & 0xfffffffflu) * (b & 0xfffffffflu);
    let middle = (a >> 32u) * (b & 0xfffffffflu) + (low >> 32u);
    let other = (a & 0xfffffffflu) * (b >> 32u) + (middle & 0xfffffffflu);
    return vec2<u64>(a * b, (a >> 32u) * (b >> 32u) + (middle >> 32u) + (other >> 32u));
}

fn leading_zeros_u64(x: u64) -> u32 {
    let high = u32(x >> 32u);
    return select(countLeadingZeros(high), 32u + countLeadingZeros(u32(x & 0xfffffffflu)), high == 0u);
}

struct Reduced_f64 {
    high: f64,
    low: f64,
    quadrant: u32,
}

// r = high + low and q of |x| = (q + 4k) pi/2 + r with |r| <= pi/4, exact however large x is: the mantissa times the bits of
// 2 / pi that matter, in integers (Payne and Hanek).
fn reduce_angle_f64(x: f64) -> Reduced_f64 {
    let size = abs_f64(x);
    if !(size >= 0.7853981633974483) || is_inf_f64(x) {
        return Reduced_f64(size, 0.0, 0u);
    }
    let bits = bits_f64(size);
    let mantissa = (bits & 0xffffffffffffflu) | 0x10000000000000lu;
    let start = u32(bits >> 52u) - 1013u;
    let w0 = two_over_pi_bits_f64(start);
    let p1 = multiply_wide_u64(mantissa, two_over_pi_bits_f64(start + 64u));
    let p2 = multiply_wide_u64(mantissa, two_over_pi_bits_f64(start + 128u));
    let middle = p1.x + p2.y;
    let top = mantissa * w0 + p1.y + select(0lu, 1lu, middle < p1.x);
    // The fraction of a quarter turn, 128 bits after the two of the quadrant; above a half it counts down from the next one.
    var high = (top << 2u) | (middle >> 62u);
    var low = (middle << 2u) | (p2.x >> 62u);
    let is_past = high >= 0x8000000000000000lu;
    if is_past {
        low = ~low + 1lu;
        high = ~high + select(0lu, 1lu, low == 0lu);
    }
    var weight = -64.0lf;
    if high == 0lu {
        high = low;
        low = 0lu;
        weight = -128.0lf;
    }
    let zeros = leading_zeros_u64(high);
    let digits = (high << zeros) | select(low >> (64u - zeros), 0lu, zeros == 0u);
    let scale = power_of_two_f64(weight - f64(zeros));
    let turn = f64(digits & 0xfffffffffffff800lu) * scale;
    let product = two_product_f64(turn, 1.5707963267948966);
    let rest = product.y + (turn * 6.123233995736766e-17 + f64(digits & 0x7fflu) * scale * 1.5707963267948966);
    let angle = fast_two_sum_f64(product.x, rest);
    let quadrant = u32(top >> 62u) + select(0u, 1u, is_past);
    return Reduced_f64(select(angle.x, -angle.x, is_past), select(angle.y, -angle.y, is_past), quadrant);
}

// sin(r + low) for |r| <= pi/4
fn sin_near_zero_f64(r: f64, low: f64) -> f64 {
    let z = r * r;
    let slope = -0.16666666666666632 + z * (0.00833333333332249 + z * (-0.0001984126982985795 + z * (2.7557313707070068e-6
        + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10))));
    return r + (r * z * slope + low);
}

// cos(r + low) for |r| <= pi/4
fn cos_near_zero_f64(r: f64, low: f64) -> f64 {
    let z = r * r;
    let tail = z * z * (0.0416666666666666 + z * (-0.001388888888887411 + z * (0.00002480158728947673
        + z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 - z * 1.1359647557788195e-11)))));
    let half = 0.5 * z;
    let one = without_last_bit_f64(1.0 - half);
    return one + (((1.0 - one) - half) + (tail - r * low));
}

fn sin_in_quadrant_f64(angle: Reduced_f64, quadrant: u32) -> f64 {
    let value = select(
        sin_near_zero_f64(angle.high, angle.low),
        cos_near_zero_f64(angle.high, angle.low),
        (quadrant & 1u) == 1u
    );
    return select(value, negate_f64(value), (quadrant & 2u) == 2u);
}

// `value` where x is finite.
fn of_angle_f64(x: f64, value: f64) -> f64 { return select(value, nan_f64(), is_nan_f64(x) | is_inf_f64(x)); }

fn sin_f64(x: f64) -> f64 {
    let angle = reduce_angle_f64(x);
    let value = sin_in_quadrant_f64(angle, angle.quadrant);
    return of_angle_f64(x, select(value, negate_f64(value), signbit_f64(x)));
}

fn cos_f64(x: f64) -> f64 {
    let angle = reduce_angle_f64(x);
    return of_angle_f64(x, sin_in_quadrant_f64(angle, angle.quadrant + 1u));
}

fn tan_f64(x: f64) -> f64 {
    let angle = reduce_angle_f64(x);
    let s = sin_near_zero_f64(angle.high, angle.low);
    let c = cos_near_zero_f64(angle.high, angle.low);
    let is_odd = (angle.quadrant & 1u) == 1u;
    let value = select(s, -c, is_odd) / select(c, s, is_odd);
    return of_angle_f64(x, select(value, negate_f64(value), signbit_f64(x)));
}

// (asin(s) - s) / s for |s| <= 1/2 and z = s^2.
fn asin_excess_f64(z: f64) -> f64 {
    let top = z * (0.16666666666666666 + z * (-0.3255658186224009 + z * (0.20121253213486293 + z * (-0.04005553450067941
        + z * (0.0007915349942898145 + z * 0.00003479331075960212)))));
    return top / (1.0 + z * (-2.403394911734414 + z * (2.0209457602335057 + z * (-0.6882839716054533
        + z * 0.07703815055590194))));
}

// asin(|x|) or, above 1/2, half of acos(|x|) = 2 asin(sqrt((1 - |x|) / 2)).
fn asin_or_half_acos_f64(size: f64) -> f64 {
    let z = select(size * size, 0.5 * (1.0 - size), size > 0.5);
    let s = select(size, sqrt(z), size > 0.5);
    return s + s * asin_excess_f64(z);
}

// NaN outside [-1, 1].
fn asin_f64(x: f64) -> f64 {
    let size = abs_f64(x);
    let angle = asin_or_half_acos_f64(size);
    let value = select(angle, 1.5707963267948966 - (2.0 * angle - 6.123233995736766e-17), size > 0.5);
    return select(nan_f64(), copysign_f64(value, x), size <= 1.0);
}

// NaN outside [-1, 1].
fn acos_f64(x: f64) -> f64 {
    let size = abs_f64(x);
    let angle = asin_or_half_acos_f64(size);
    let outer = select(2.0 * angle, 3.141592653589793 - (2.0 * angle - 1.2246467991473532e-16), x < 0.0);
    let inner = 1.5707963267948966 - (copysign_f64(angle, x) - 6.123233995736766e-17);
    return select(nan_f64(), select(inner, outer, size > 0.5), size <= 1.0);
}

// The angle in [0, pi/2] whose tangent is `size`, which is not NaN.
fn atan_above_zero_f64(size: f64) -> f64 {
    var t = size;
    var high = 0.0lf;
    var low = 0.0lf;
    if size >= 2.4375 {
        t = -1.0 / size;
        high = 1.5707963267948966;
        low = 6.123233995736766e-17;
    } else if size >= 1.1875 {
        t = (size - 1.5) / (1.0 + 1.5 * size);
        high = 0.982793723247329;
        low = 1.3903311031230998e-17;
    } else if size >= 0.6875 {
        t = (size - 1.0) / (size + 1.0);
        high = 0.7853981633974483;
        low = 3.061616997868383e-17;
    } else if size >= 0.4375 {
        t = (2.0 * size - 1.0) / (2.0 + size);
        high = 0.4636476090008061;
        low = 2.2698777452961687e-17;
    }
    let z = t * t;
    let slope = z * (0.3333333333333293 + z * (-0.19999999999876483 + z * (0.14285714272503466 + z * (-0.11111110405462356
        + z * (0.09090887133436507 + z * (-0.0769187620504483 + z * (0.06661073137387531 + z * (-0.058335701337905735
        + z * (0.049768779946159324 + z * (-0.036531572744216916 + z * 0.016285820115365782))))))))));
    return high - ((t * slope - low) - t);
}

fn atan_f64(x: f64) -> f64 {
    return select(copysign_f64(atan_above_zero_f64(abs_f64(x)), x), x, is_nan_f64(x));
}

// The angle of the point (x, y); 0 or pi at the origin, odd multiples of pi/4 at infinity.
fn atan2_f64(y: f64, x: f64) -> f64 {
    let both_infinite = is_inf_f64(x) & is_inf_f64(y);
    let height = select(abs_f64(y), 1.0, both_infinite);
    let width = select(abs_f64(x), 1.0, both_infinite);
    let value = select(atan_above_zero_f64(height / width), 0.0, (height == 0.0) & (width == 0.0));
    let turned = select(value, 3.141592653589793 - (value - 1.2246467991473532e-16), signbit_f64(x));
    return select(copysign_f64(turned, y), nan_f64(), is_nan_f64(x) | is_nan_f64(y));
}
