// Exponential functions and logarithms of f32: the builtin ones are too coarse. An empty line ends a declaration.

// 2^n for n from -126 to 127.
fn power_of_two(n: i32) -> f32 { return bitcast<f32>(u32(n + 127) << 23u); }

// x * 2^n for n from -252 to 254, in two steps: 2^n alone may overflow or be subnormal.
fn scale_by_power(x: f32, n: i32) -> f32 {
    let half = n >> 1u;
    return x * power_of_two(half) * power_of_two(n - half);
}

// e^(x + low) 2^n = 2^m e^r, where |r| <= ln 2 / 2 and low is what x has lost by rounding.
fn exp_scaled(x: f32, low: f32, n: i32) -> f32 {
    let within = clamp(x, -110.0, 95.0);
    let whole = round(within * 1.44269504);
    let r = ((within - whole * 0.693359375) - whole * -0.00021219444) + low;
    let tail = 0.5 + r * (0.16666518 + r * (0.041666204 + r * (0.008368953 + r * 0.0013950616)));
    let y = scale_by_power(1.0 + (r + r * r * tail), i32(whole) + n);
    return select(y, x, is_nan_f32(x));
}

fn exp_f32(x: f32) -> f32 { return exp_scaled(x, 0.0, 0); }

// 2^x 2^low for |low| < 0.01.
fn exp2_sum(x: f32, low: f32) -> f32 {
    let within = clamp(x, -160.0, 140.0);
    let whole = round(within);
    let r = (within - whole) + low;
    let slope = 0.6931472 + r * (0.2402265 + r * (0.055503886 + r * (0.009618095 + r * (0.0013350573
        + r * (0.00015447004 + r * 0.000011569738)))));
    let y = scale_by_power(1.0 + r * slope, i32(whole));
    return select(y, x, is_nan_f32(x));
}

fn exp2_f32(x: f32) -> f32 { return exp2_sum(x, 0.0); }

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

// e and m of |x| = 2^e m with sqrt(1/2) <= m < sqrt(2).
fn split_exponent(x: f32) -> vec2<f32> {
    let size = bitcast<u32>(x) & 0x7fffffffu;
    let is_small = size < 0x00800000u;
    let shifted = select(size, bitcast<u32>(f32(size)), is_small) + 0x004afb0du;
    let e = i32(shifted >> 23u) - select(127, 276, is_small);
    return vec2<f32>(f32(e), bitcast<f32>((shifted & 0x007fffffu) + 0x3f3504f3u));
}

// `value` where x is above 0 and finite, else what every logarithm gives.
fn log_limits(x: f32, value: f32) -> f32 {
    let positive = select(value, x, is_inf_f32(x) | is_nan_f32(x));
    let nonnegative = select(positive, bitcast<f32>(0xff800000u), (bitcast<u32>(x) & 0x7fffffffu) == 0u);
    return select(nonnegative, bitcast<f32>(0x7fc00000u), signbit_f32(x) & is_true_f32(x) & !is_nan_f32(x));
}

fn log_f32(x: f32) -> f32 {
    let parts = split_exponent(x);
    let f = parts.y - 1.0;
    return log_limits(x, parts.x * 0.693359375 + (f + (parts.x * -0.00021219444 + log_tail(f) - 0.5 * f * f)));
}

// log(1 + f) in two parts, for f from sqrt(1/2) - 1 to sqrt(2) - 1.
fn log_parts(f: f32) -> vec2<f32> {
    let square = two_product(f, f);
    let high = fast_two_sum(f, -0.5 * square.x);
    return fast_two_sum(high.x, high.y - 0.5 * square.y + log_tail(f));
}

// Exact for powers of 2.
fn log2_f32(x: f32) -> f32 {
    let parts = split_exponent(x);
    let log = multiply_parts(log_parts(parts.y - 1.0), vec2<f32>(1.44269502, 0.0000000192596295));
    return log_limits(x, parts.x + log.x + log.y);
}

fn log10_f32(x: f32) -> f32 {
    let parts = split_exponent(x);
    let log = multiply_parts(log_parts(parts.y - 1.0), vec2<f32>(0.434294492, -0.0000000101034297));
    let high = fast_two_sum(parts.x * 0.30102539, log.x);
    return log_limits(x, select(high.x + (high.y + (log.y + parts.x * 0.0000046050390)), log.x + log.y, parts.x == 0.0));
}

// log(1 + x); beyond the series' range with what the sum 1 + x has lost.
fn log1p_f32(x: f32) -> f32 {
    let near = x + (log_tail(x) - 0.5 * x * x);
    let sum = without_last_bit(1.0 + x);
    let lost = select((x - sum) + 1.0, (1.0 - sum) + x, x < 1.0);
    let far = log_f32(sum) + select(0.0, lost / sum, (sum > 0.0) & (sum < 3.0e38));
    return select(far, near, (x > -0.29289323) & (x < 0.41421356));
}

// x times a polynomial in x^2 near 0, else 1 - 2 / (e^2|x| + 1) with the sign of x.
fn tanh_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let z = x * x;
    let slope = z * (-0.33333282 + z * (0.13331442 + z * (-0.05373972 + z * (0.020639088 - z * 0.00570499))));
    let far = copysign_f32(1.0 - 2.0 / (exp_f32(2.0 * size) + 1.0), x);
    return select(select(far, x + x * slope, size < 0.625), x, is_nan_f32(x));
}

fn sinh_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let z = x * x;
    let slope = 0.16666667 + z * (0.008333334 + z * (0.00019841270 + z * (0.0000027557319 + z * 2.5052108e-8)));
    let far = copysign_f32(exp_scaled(size, 0.0, -1) - exp_scaled(-size, 0.0, -1), x);
    return select(select(far, x + x * (z * slope), size < 1.0), x, is_nan_f32(x));
}

fn cosh_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    return exp_scaled(size, 0.0, -1) + exp_scaled(-size, 0.0, -1);
}

// log(x + sqrt(x^2 + 1)) with the sign of x, in the form that is exact near 0.
fn asinh_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let near = log1p_f32(size + size * size / (1.0 + sqrt(1.0 + size * size)));
    return copysign_f32(select(near, log_f32(size) + 0.6931472, size > 1.0e9), x);
}

// log(x + sqrt(x^2 - 1)), in the form that is exact near 1; NaN below 1.
fn acosh_f32(x: f32) -> f32 {
    let above = x - 1.0;
    let near = log1p_f32(above + sqrt(above * (x + 1.0)));
    return select(select(near, log_f32(x) + 0.6931472, x > 1.0e9), bitcast<f32>(0x7fc00000u), x < 1.0);
}

// log((1 + x) / (1 - x)) / 2, in the form that is exact near 0.
fn atanh_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let inside = copysign_f32(0.5 * log1p_f32(2.0 * size / (1.0 - size)), x);
    let edge = select(inside, copysign_f32(bitcast<f32>(0x7f800000u), x), size == 1.0);
    return select(edge, bitcast<f32>(0x7fc00000u), (size > 1.0) | is_nan_f32(x));
}

// x without its last bit. A compiler may take (a + b) - a for b, but not through this.
fn without_last_bit(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0xfffffffeu); }

// a + b and what the sum loses, where |a| >= |b|.
fn fast_two_sum(a: f32, b: f32) -> vec2<f32> {
    let sum = without_last_bit(a + b);
    return vec2<f32>(sum, (a - sum) + b);
}

// The upper half of a float's mantissa: products of two halves are exact, whether or not the device fuses what follows.
fn upper_half(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u); }

// a * b and what the product loses.
fn two_product(a: f32, b: f32) -> vec2<f32> {
    let product = a * b;
    let ah = upper_half(a);
    let bh = upper_half(b);
    return vec2<f32>(product, ((ah * bh - product) + ah * (b - bh) + (a - ah) * bh) + (a - ah) * (b - bh));
}

fn multiply_parts(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    let product = two_product(a.x, b.x);
    return fast_two_sum(product.x, product.y + (a.x * b.y + a.y * b.x));
}

// log2 of |x| in two parts, to 2^-29: the series of log((1 + s) / (1 - s)).
fn log2_parts(x: f32) -> vec2<f32> {
    let parts = split_exponent(x);
    let f = parts.y - 1.0;
    // 1, as no compiler knows: it would move a constant out of the sum.
    let one = bitcast<f32>((bitcast<u32>(parts.y) & 0x3f000000u) | 0x00800000u);
    let sum = fast_two_sum(parts.y, one);
    let g = select(fast_two_sum(one, parts.y), sum, parts.y >= 1.0);
    let s = f / g.x;
    let product = two_product(s, g.x);
    let low = (((f - product.x) - product.y) - s * g.y) / g.x;
    let z = s * s;
    let tail = s * z * (0.6666667 + z * (0.4 + z * (0.2857143 + z * (0.22222222 + z * 0.18181818))));
    let log = fast_two_sum(2.0 * s, 2.0 * low + tail);
    let scaled = multiply_parts(log, vec2<f32>(1.44269502, 0.0000000192596295));
    let high = fast_two_sum(parts.x, scaled.x);
    return select(fast_two_sum(high.x, high.y + scaled.y), scaled, vec2<bool>(parts.x == 0.0));
}

// x ^ y with the special cases of C's pow.
fn pow_f32(x: f32, y: f32) -> f32 {
    let size = abs_f32(x);
    let log = log2_parts(x);
    let product = two_product(y, log.x);
    let is_far = !(abs_f32(product.x) < 300.0) | !(abs_f32(y) < 1.0e30);
    let near = exp2_sum(product.x, product.y + y * log.y);
    var value = select(near, exp2_f32(y * log.x), is_far);
    let infinite = bitcast<f32>(0x7f800000u);
    value = select(value, select(0.0, infinite, y < 0.0), size == 0.0);
    value = select(value, select(infinite, 0.0, y < 0.0), is_inf_f32(x));
    value = select(value, 1.0, (size == 1.0) & !is_nan_f32(y));
    let is_integer = trunc(y) == y;
    let is_odd = is_integer & (abs_f32(y) < 16777216.0) & !(trunc(0.5 * y) == 0.5 * y);
    value = select(value, negate_f32(value), signbit_f32(x) & is_odd);
    let not_a_number = bitcast<f32>(0x7fc00000u);
    value = select(value, not_a_number, (x < 0.0) & !is_inf_f32(x) & !is_integer);
    value = select(value, not_a_number, is_nan_f32(x) | is_nan_f32(y));
    return select(value, 1.0, (x == 1.0) | (y == 0.0));
}
