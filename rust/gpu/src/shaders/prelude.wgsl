// The helpers that the bodies of the op table call, under their names with the type they are for: arithmetic of f32. WGSL leaves
// open what NaN does, so it is tested by its bits. An empty line ends a declaration.

const ZERO_f32 = 0.0f;

const ONE_f32 = 1.0f;

fn nan_f32() -> f32 { return bitcast<f32>(0x7fc00000u); }

fn infinity_f32() -> f32 { return bitcast<f32>(0x7f800000u); }

// A quarter of the largest float.
const LARGE_f32 = 8.5e37f;

const ROOT_LARGE_f32 = 9.2e18f;

// The root of the least normal float.
const ROOT_LEAST_f32 = 1.1e-19f;

// 2^54 times the least normal float.
const SMALL_f32 = 2.1e-22f;

// Beyond it e^x is taken as the square of e^(x/2), which overflows later.
const STEEP_f32 = 80.0f;

fn is_nan_f32(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }

fn is_inf_f32(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }

fn signbit_f32(x: f32) -> bool { return bitcast<u32>(x) >= 0x80000000u; }

fn negate_f32(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ 0x80000000u); }

fn abs_f32(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu); }

fn copysign_f32(x: f32, y: f32) -> f32 {
    return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(y) & 0x80000000u));
}

fn sign_f32(x: f32) -> f32 { return select(select(0.0, 1.0, x > 0.0), -1.0, x < 0.0); }

fn max_f32(x: f32, y: f32) -> f32 { return select(y, x, (x > y) | is_nan_f32(x)); }

fn min_f32(x: f32, y: f32) -> f32 { return select(y, x, (x < y) | is_nan_f32(x)); }

fn floor_f32(x: f32) -> f32 { return floor(x); }

fn ceil_f32(x: f32) -> f32 { return ceil(x); }

fn round_f32(x: f32) -> f32 { return round(x); }

fn trunc_f32(x: f32) -> f32 { return trunc(x); }

fn sqrt_f32(x: f32) -> f32 { return sqrt(x); }

fn sgn_f32(x: f32) -> f32 { return sign_f32(x); }

fn conj_f32(x: f32) -> f32 { return x; }

fn trunc_divide_f32(x: f32, y: f32) -> f32 { return trunc(x / y); }

// x - y * trunc(x / y) with the sign of x, exact: a long division of the mantissas, 8 bits a step.
fn fmod_f32(x: f32, y: f32) -> f32 {
    let size = bitcast<u32>(x) & 0x7fffffffu;
    let divisor = bitcast<u32>(y) & 0x7fffffffu;
    if size >= 0x7f800000u || divisor > 0x7f800000u || divisor == 0u {
        return bitcast<f32>(0x7fc00000u);
    }
    if size < divisor {
        return x;
    }
    let low = max(divisor >> 23u, 1u);
    let mantissa = (divisor & 0x7fffffu) | select(0u, 0x800000u, divisor >= 0x800000u);
    var rest = ((size & 0x7fffffu) | select(0u, 0x800000u, size >= 0x800000u)) % mantissa;
    var steps = max(size >> 23u, 1u) - low;
    while steps > 0u {
        let step = min(steps, 8u);
        rest = (rest << step) % mantissa;
        steps -= step;
    }
    let sign = bitcast<u32>(x) & 0x80000000u;
    let shift = countLeadingZeros(rest | 1u) - 8u;
    let normal = ((low - shift) << 23u) | ((rest << shift) & 0x7fffffu);
    return bitcast<f32>(sign | select(select(rest << (low - 1u), normal, shift < low), 0u, rest == 0u));
}

// x - y * floor(x / y), with the sign of y.
fn remainder_f32(x: f32, y: f32) -> f32 {
    let rest = fmod_f32(x, y);
    return select(rest, rest + y, is_true_f32(rest) & ((rest < 0.0) != (y < 0.0)));
}

// x / y rounded down, worked out from the exact remainder; x / y itself where y is 0.
fn floor_divide_f32(x: f32, y: f32) -> f32 {
    let rest = fmod_f32(x, y);
    let rounds_down = is_true_f32(rest) & ((rest < 0.0) != (y < 0.0));
    let quotient = (x - rest) / y;
    let whole = select(quotient, quotient - 1.0, rounds_down);
    let below = floor(whole);
    let nearest = select(below, below + 1.0, whole - below > 0.5);
    let result = select(nearest, copysign_f32(0.0, x / y), whole == 0.0);
    return select(result, x / y, y == 0.0);
}

// sqrt(x^2 + y^2), scaled by a power of two; infinite if either is, even beside a NaN.
fn hypot_f32(x: f32, y: f32) -> f32 {
    let high = max(bitcast<u32>(x) & 0x7fffffffu, bitcast<u32>(y) & 0x7fffffffu);
    let exponent = clamp(i32(high >> 23u) - 127, -126, 126);
    let a = x * power_of_two(-exponent);
    let b = y * power_of_two(-exponent);
    let value = sqrt(a * a + b * b) * power_of_two(exponent);
    let finite = select(value, bitcast<f32>(0x7fc00000u), is_nan_f32(x) | is_nan_f32(y));
    return select(finite, bitcast<f32>(0x7f800000u), is_inf_f32(x) | is_inf_f32(y));
}

// The next float after x towards y; y if they are equal.
fn nextafter_f32(x: f32, y: f32) -> f32 {
    let bits = bitcast<u32>(x);
    let target_bits = bitcast<u32>(y);
    if is_nan_f32(x) || is_nan_f32(y) {
        return bitcast<f32>(0x7fc00000u);
    }
    if ((bits | target_bits) & 0x7fffffffu) == 0u || bits == target_bits {
        return y;
    }
    if (bits & 0x7fffffffu) == 0u {
        return bitcast<f32>((target_bits & 0x80000000u) | 1u);
    }
    let own = select(bitcast<i32>(bits), i32(0x80000000u - bits), bits >= 0x80000000u);
    let other = select(bitcast<i32>(target_bits), i32(0x80000000u - target_bits), target_bits >= 0x80000000u);
    return bitcast<f32>(select(bits - 1u, bits + 1u, (own < other) == (bits < 0x80000000u)));
}

// The shift that makes a subnormal's mantissa that of a normal number, else 0.
fn subnormal_shift(x: f32) -> u32 {
    let size = bitcast<u32>(x) & 0x7fffffffu;
    return select(0u, countLeadingZeros(size) - 8u, size < 0x800000u);
}

// m of x = m * 2^e with 0.5 <= |m| < 1; x itself if it is 0, infinite or NaN.
fn frexp_mantissa_f32(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    let size = bits & 0x7fffffffu;
    let mantissa = (bits << subnormal_shift(x)) & 0x7fffffu;
    let value = bitcast<f32>((bits & 0x80000000u) | 0x3f000000u | mantissa);
    return select(value, x, (size == 0u) | (size >= 0x7f800000u));
}

// e of x = m * 2^e with 0.5 <= |m| < 1; 0 if x is 0, infinite or NaN.
fn frexp_exponent_f32(x: f32) -> f32 {
    let size = bitcast<u32>(x) & 0x7fffffffu;
    let shift = subnormal_shift(x);
    let exponent = i32(max(size >> 23u, 1u)) - 126 - i32(shift);
    return select(f32(exponent), 0.0, (size == 0u) | (size >= 0x7f800000u));
}
