// The helpers that the bodies of the op table call, under their names with the type they are for. WGSL leaves open what NaN
// does, so it is tested by its bits; the builtin exp, log and tanh are too coarse. An empty line ends a declaration.

const ZERO_f32 = 0.0f;

const ONE_f32 = 1.0f;

const ZERO_i32 = 0i;

const ONE_i32 = 1i;

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

// 2^n for n from -126 to 127.
fn power_of_two(n: i32) -> f32 { return bitcast<f32>(u32(n + 127) << 23u); }

// e^x = 2^n e^r, where |r| <= ln 2 / 2; 2^n in two steps, because alone it may overflow or be subnormal.
fn exp_f32(x: f32) -> f32 {
    let within = clamp(x, -104.0, 89.0);
    let whole = round(within * 1.44269504);
    let r = (within - whole * 0.693359375) - whole * -0.00021219444;
    let tail = 0.5 + r * (0.16666518 + r * (0.041666204 + r * (0.008368953 + r * 0.0013950616)));
    let n = i32(whole);
    let half = n >> 1u;
    let y = (1.0 + (r + r * r * tail)) * power_of_two(half) * power_of_two(n - half);
    return select(y, x, is_nan_f32(x));
}

// e^x - 1
fn expm1_f32(x: f32) -> f32 {
    let tail = 0.5 + x * (0.16666665459 + x * (0.041665796 + x * (0.008333452 + x * (0.0013982 + x * 0.00019875691))));
    return select(exp_f32(x) - 1.0, x + x * x * tail, abs_f32(x) < 0.5);
}

// log(1 + f) for f from sqrt(1/2) - 1 to sqrt(2) - 1, without the terms f - f^2 / 2.
fn log_tail(f: f32) -> f32 {
    var p = -0.12420140846 + f * (0.116769987 + f * (-0.1151461 + f * 0.070376836));
    p = 0.20000714765 + f * (-0.16668057665 + f * (0.14249322787 + f * p));
    return f * f * f * (0.33333331174 + f * (-0.24999993993 + f * p));
}

// log(x) = e log 2 + log(1 + f), where x = 2^e (1 + f).
fn log_f32(x: f32) -> f32 {
    let is_small = abs_f32(x) < 1.1754944e-38;
    let bits = select(bitcast<u32>(x), bitcast<u32>(f32(bitcast<u32>(x) & 0x7fffffffu)), is_small);
    let shifted = bits + 0x004afb0du;
    let e = f32(i32(shifted >> 23u) - select(127, 276, is_small));
    let f = bitcast<f32>((shifted & 0x007fffffu) + 0x3f3504f3u) - 1.0;
    let y = e * 0.693359375 + (f + (e * -0.00021219444 + log_tail(f) - 0.5 * f * f));
    let positive = select(y, x, is_inf_f32(x) | is_nan_f32(x));
    let nonnegative = select(positive, bitcast<f32>(0xff800000u), (bitcast<u32>(x) & 0x7fffffffu) == 0u);
    return select(nonnegative, bitcast<f32>(0x7fc00000u), x < 0.0);
}

// log(1 + x); beyond the series' range the sum 1 + x has lost little.
fn log1p_f32(x: f32) -> f32 {
    let is_near = (x > -0.29289323) & (x < 0.41421356);
    let near = x + (log_tail(x) - 0.5 * x * x);
    return select(log_f32(1.0 + x), near, is_near);
}

// x times a polynomial in x^2 near 0, else 1 - 2 / (e^2|x| + 1) with the sign of x.
fn tanh_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let z = x * x;
    let slope = z * (-0.33333282 + z * (0.13331442 + z * (-0.05373972 + z * (0.020639088 - z * 0.00570499))));
    let far = copysign_f32(1.0 - 2.0 / (exp_f32(2.0 * size) + 1.0), x);
    return select(select(far, x + x * slope, size < 0.625), x, is_nan_f32(x));
}

fn is_nan_i32(x: i32) -> bool { return false; }

fn is_inf_i32(x: i32) -> bool { return false; }

fn signbit_i32(x: i32) -> bool { return x < 0; }

fn negate_i32(x: i32) -> i32 { return -x; }

fn abs_i32(x: i32) -> i32 { return abs(x); }

fn sign_i32(x: i32) -> i32 { return sign(x); }

fn max_i32(x: i32, y: i32) -> i32 { return max(x, y); }

fn min_i32(x: i32, y: i32) -> i32 { return min(x, y); }

fn bitwise_not_i32(x: i32) -> i32 { return ~x; }

// 0 where y is not within the bits of x.
fn shift_left_i32(x: i32, y: i32) -> i32 { return select(0, x << (u32(y) & 31u), (y >= 0) & (y < 32)); }

// The sign where y is not within the bits of x.
fn shift_right_i32(x: i32, y: i32) -> i32 { return x >> select(31u, u32(y) & 31u, (y >= 0) & (y < 32)); }

// x towards zero, within what an integer holds; 0 for NaN.
fn truncate_i32(x: f32) -> i32 {
    return select(select(i32(x), 0x7fffffff, x >= 2147483648.0), 0, is_nan_f32(x));
}
