// Exponential functions, logarithms and powers of f64, as on the CPU. An empty line ends a declaration.

// 2^n for an integer n from -1022 to 1023.
fn power_of_two_f64(n: f64) -> f64 { return bitcast<f64>(u64(u32(i32(n) + 1023)) << 52u); }

// x * 2^n in two steps, because 2^n alone may overflow or be subnormal.
fn scale_f64(x: f64, n: f64) -> f64 {
    let half = floor(0.5 * n);
    return x * power_of_two_f64(half) * power_of_two_f64(n - half);
}

fn clamp_f64(x: f64, low: f64, high: f64) -> f64 { return select(select(x, low, x < low), high, x > high); }

// e^r - 1 for |r| <= ln 2 / 2.
fn expm1_near_zero_f64(r: f64) -> f64 {
    let tail = 0.5 + r * (0.16666666666666677 + r * (0.0416666666666667 + r * (0.008333333333321648
        + r * (0.001388888888886673 + r * (0.00019841269886084964 + r * (2.48015873607364e-05 + r * (2.7557244250017725e-06
        + r * (2.7557242628293133e-07 + r * (2.5109022788201927e-08 + r * 2.0924477950239687e-09)))))))));
    return r + r * r * tail;
}

// x - n ln 2
fn less_logarithms_f64(x: f64, n: f64) -> f64 { return (x - n * 0.6931471806019545) - n * -4.2009150726810846e-11; }

// e^(x + low), where low is what x has lost by rounding.
fn exp_sum_f64(x: f64, low: f64) -> f64 {
    let within = clamp_f64(x, -746.0, 710.0);
    let n = round(within * 1.4426950408889634);
    let y = scale_f64(1.0 + expm1_near_zero_f64(less_logarithms_f64(within, n) + low), n);
    return select(y, x, is_nan_f64(x));
}

fn exp_f64(x: f64) -> f64 { return exp_sum_f64(x, 0.0); }

// 2^(x + low)
fn exp2_sum_f64(x: f64, low: f64) -> f64 {
    let within = clamp_f64(x, -1076.0, 1025.0);
    let n = round(within);
    let y = scale_f64(1.0 + expm1_near_zero_f64(((within - n) + low) * 0.6931471805599453), n);
    return select(y, x, is_nan_f64(x));
}

fn exp2_f64(x: f64) -> f64 { return exp2_sum_f64(x, 0.0); }

// (e^x - 1) / 2, which overflows where sinh does.
fn half_expm1_f64(x: f64) -> f64 {
    let within = clamp_f64(x, -40.0, 711.0);
    let n = round(within * 1.4426950408889634);
    let half = power_of_two_f64(n - 3.0);
    return copysign_f64(4.0 * (half * expm1_near_zero_f64(less_logarithms_f64(within, n)) + (half - 0.125)), x);
}

// `value`, or x where that is too small to differ, or NaN.
fn unless_tiny_f64(x: f64, value: f64) -> f64 { return select(value, x, !(abs_f64(x) >= 1.0e-17)); }

fn expm1_f64(x: f64) -> f64 { return unless_tiny_f64(x, 2.0 * half_expm1_f64(x)); }

fn sinh_f64(x: f64) -> f64 {
    let half = half_expm1_f64(abs_f64(x));
    return unless_tiny_f64(x, copysign_f64(half * (1.0 + 1.0 / (2.0 * half + 1.0)), x));
}

fn cosh_f64(x: f64) -> f64 {
    let half = half_expm1_f64(abs_f64(x)) + 0.5;
    return select(half + 0.25 / half, x, is_nan_f64(x));
}

fn tanh_f64(x: f64) -> f64 {
    let half = half_expm1_f64(2.0 * clamp_f64(abs_f64(x), 0.0, 20.0));
    return unless_tiny_f64(x, copysign_f64(half / (half + 1.0), x));
}

struct Mantissa_f64 {
    exponent: f64,
    mantissa: f64,
}

// e and m of |x| = 2^e m with sqrt(1/2) <= m < sqrt(2).
fn split_exponent_f64(x: f64) -> Mantissa_f64 {
    let size = abs_f64(x);
    let is_small = size < 2.2250738585072014e-308;
    let bits = bits_f64(size * select(1.0lf, 4503599627370496.0lf, is_small)) + 0x00095f619980c433lu;
    let e = i32(u32(bits >> 52u)) - select(1023, 1075, is_small);
    return Mantissa_f64(f64(e), bitcast<f64>((bits & 0xffffffffffffflu) + 0x3fe6a09e667f3bcdlu));
}

// s (f^2 / 2 + R), where log(1 + f) = f - f^2 / 2 + that, s = f / (2 + f).
fn log_tail_f64(f: f64) -> f64 {
    let s = f / (2.0 + f);
    let z = s * s;
    let tail = z * (0.6666666666666735 + z * (0.3999999999941153 + z * (0.2857142874317925 + z * (0.22222198483574468
        + z * (0.18183569382386433 + z * (0.15313911660249568 + z * 0.14797429410261878))))));
    return s * (0.5 * f * f + tail);
}

// `value` where x is above 0 and finite, else what every logarithm gives.
fn log_limits_f64(x: f64, value: f64) -> f64 {
    let positive = select(value, x, is_inf_f64(x) | is_nan_f64(x));
    let nonnegative = select(positive, negate_f64(infinity_f64()), x == 0.0);
    return select(nonnegative, nan_f64(), x < 0.0);
}

fn log_f64(x: f64) -> f64 {
    let parts = split_exponent_f64(x);
    let f = parts.mantissa - 1.0;
    let low = 0.5 * f * f - (log_tail_f64(f) + parts.exponent * -4.2009150726810846e-11);
    return log_limits_f64(x, parts.exponent * 0.6931471806019545 - (low - f));
}

// log of the mantissa
fn log_near_one_f64(m: f64) -> f64 {
    let f = m - 1.0;
    return f - (0.5 * f * f - log_tail_f64(f));
}

// Exact for powers of 2.
fn log2_f64(x: f64) -> f64 {
    let parts = split_exponent_f64(x);
    return log_limits_f64(x, parts.exponent + log_near_one_f64(parts.mantissa) * 1.4426950408889634);
}

fn log10_f64(x: f64) -> f64 {
    let parts = split_exponent_f64(x);
    let low = parts.exponent * 3.694239077158931e-13 + log_near_one_f64(parts.mantissa) * 0.4342944819032518;
    return log_limits_f64(x, parts.exponent * 0.30102999566361177 + low);
}

// log(1 + x), with what the sum loses.
fn log1p_f64(x: f64) -> f64 {
    let sum = without_last_bit_f64(1.0 + x);
    let lost = select((x - sum) + 1.0, (1.0 - sum) + x, x < 1.0);
    let far = log_f64(sum) + select(0.0, lost / sum, (sum > 0.0) & (sum < 1.0e300));
    let near = x - (0.5 * x * x - log_tail_f64(x));
    return select(select(far, near, (x > -0.2928932188134524) & (x < 0.41421356237309503)), x, x == 0.0);
}

// log(x + sqrt(x^2 + 1)) with the sign of x, in the form that is exact near 0.
fn asinh_f64(x: f64) -> f64 {
    let size = abs_f64(x);
    let near = log1p_f64(size + size * size / (1.0 + sqrt(1.0 + size * size)));
    return copysign_f64(select(near, log_f64(size) + 0.6931471805599453, size > 1.0e9), x);
}

// log(x + sqrt(x^2 - 1)), in the form that is exact near 1; NaN below 1.
fn acosh_f64(x: f64) -> f64 {
    let above = x - 1.0;
    let near = log1p_f64(above + sqrt(above * (x + 1.0)));
    return select(select(near, log_f64(x) + 0.6931471805599453, x > 1.0e9), nan_f64(), x < 1.0);
}

// log((1 + x) / (1 - x)) / 2, in the form that is exact near 0.
fn atanh_f64(x: f64) -> f64 {
    let size = abs_f64(x);
    let inside = copysign_f64(0.5 * log1p_f64(2.0 * size / (1.0 - size)), x);
    let edge = select(inside, copysign_f64(infinity_f64(), x), size == 1.0);
    return select(edge, nan_f64(), (size > 1.0) | is_nan_f64(x));
}

// sqrt(x^2 + y^2), scaled so that no square overflows or vanishes; infinite if either is, even beside a NaN.
fn hypot_f64(x: f64, y: f64) -> f64 {
    let larger = max(abs_f64(x), abs_f64(y));
    let scale = select(select(1.0lf, 4.149515568880993e180lf, larger < 1.0e-140), 2.409919865102884e-181, larger > 1.0e140);
    let back = select(select(1.0lf, 2.409919865102884e-181lf, larger < 1.0e-140), 4.149515568880993e180, larger > 1.0e140);
    let a = x * scale;
    let b = y * scale;
    let value = select(sqrt(a * a + b * b) * back, nan_f64(), is_nan_f64(x) | is_nan_f64(y));
    return select(value, infinity_f64(), is_inf_f64(x) | is_inf_f64(y));
}

// x without its last bit. A compiler may take (a + b) - a for b, but not through this.
fn without_last_bit_f64(x: f64) -> f64 { return bitcast<f64>(bits_f64(x) & 0xfffffffffffffffelu); }

// a + b and what the sum loses, where |a| >= |b|.
fn fast_two_sum_f64(a: f64, b: f64) -> vec2<f64> {
    let sum = without_last_bit_f64(a + b);
    return vec2<f64>(sum, (a - sum) + b);
}

fn upper_half_f64(x: f64) -> f64 { return bitcast<f64>(bits_f64(x) & 0xfffffffff8000000lu); }

// a * b and what the product loses.
fn two_product_f64(a: f64, b: f64) -> vec2<f64> {
    let product = a * b;
    let ah = upper_half_f64(a);
    let bh = upper_half_f64(b);
    return vec2<f64>(product, ((ah * bh - product) + ah * (b - bh) + (a - ah) * bh) + (a - ah) * (b - bh));
}

fn multiply_parts_f64(a: vec2<f64>, b: vec2<f64>) -> vec2<f64> {
    let product = two_product_f64(a.x, b.x);
    return fast_two_sum_f64(product.x, product.y + (a.x * b.y + a.y * b.x));
}

// log2 of |x| in two parts, to 2^-59: the series of log((1 + s) / (1 - s)).
fn log2_parts_f64(x: f64) -> vec2<f64> {
    let parts = split_exponent_f64(x);
    let m = parts.mantissa;
    let f = m - 1.0;
    // 1, as no compiler knows: it would move a constant out of the sum.
    let one = bitcast<f64>((bits_f64(m) & 0x3fe0000000000000lu) | 0x0010000000000000lu);
    let g = select(fast_two_sum_f64(one, m), fast_two_sum_f64(m, one), m >= 1.0);
    let s = f / g.x;
    let product = two_product_f64(s, g.x);
    let low = (((f - product.x) - product.y) - s * g.y) / g.x;
    let z = s * s;
    let tail = s * z * (0.6666666666666735 + z * (0.3999999999941153 + z * (0.2857142874317925 + z * (0.22222198483574468
        + z * (0.18183569382386433 + z * (0.15313911660249568 + z * 0.14797429410261878))))));
    let log = fast_two_sum_f64(2.0 * s, 2.0 * low + tail);
    let scaled = multiply_parts_f64(log, vec2<f64>(1.4426950408889634, 2.0355273740931033e-17));
    let high = fast_two_sum_f64(parts.exponent, scaled.x);
    return select(fast_two_sum_f64(high.x, high.y + scaled.y), scaled, parts.exponent == 0.0);
}

// x ^ y with the special cases of C's pow.
fn pow_f64(x: f64, y: f64) -> f64 {
    let size = abs_f64(x);
    let log = log2_parts_f64(x);
    let product = two_product_f64(y, log.x);
    let is_far = !(abs_f64(product.x) < 2000.0) | !(abs_f64(y) < 1.0e280);
    let near = exp2_sum_f64(product.x, product.y + y * log.y);
    let infinite = infinity_f64();
    var value = select(near, exp2_f64(y * log.x), is_far);
    value = select(value, select(0.0lf, infinite, y < 0.0), size == 0.0);
    value = select(value, select(infinite, 0.0, y < 0.0), is_inf_f64(x));
    value = select(value, 1.0, (size == 1.0) & !is_nan_f64(y));
    let is_integer = trunc(y) == y;
    let is_odd = is_integer & (abs_f64(y) < 9007199254740992.0) & !(trunc(0.5 * y) == 0.5 * y);
    value = select(value, negate_f64(value), signbit_f64(x) & is_odd);
    value = select(value, nan_f64(), (x < 0.0) & !is_inf_f64(x) & !is_integer);
    value = select(value, nan_f64(), is_nan_f64(x) | is_nan_f64(y));
    return select(value, 1.0, (x == 1.0) | (y == 0.0));
}

// The next float after x towards y; y if they are equal.
fn nextafter_f64(x: f64, y: f64) -> f64 {
    if is_nan_f64(x) || is_nan_f64(y) {
        return nan_f64();
    }
    if x == y {
        return y;
    }
    if x == 0.0 {
        return copysign_f64(bitcast<f64>(1lu), y);
    }
    return bitcast<f64>(select(bits_f64(x) - 1lu, bits_f64(x) + 1lu, (x < y) == (x > 0.0)));
}

// x, times 2^53 where it is subnormal.
fn normal_f64(x: f64) -> f64 { return x * select(1.0lf, 9007199254740992.0lf, abs_f64(x) < 2.2250738585072014e-308); }

fn has_exponent_f64(x: f64) -> bool { return !(x == 0.0) & !is_nan_f64(x) & !is_inf_f64(x); }

// m of x = m * 2^e with 0.5 <= |m| < 1; x itself if it is 0, infinite or NaN.
fn frexp_mantissa_f64(x: f64) -> f64 {
    let mantissa = (bits_f64(normal_f64(x)) & 0x800ffffffffffffflu) | 0x3fe0000000000000lu;
    return select(x, bitcast<f64>(mantissa), has_exponent_f64(x));
}

// e of x = m * 2^e with 0.5 <= |m| < 1; 0 if x is 0, infinite or NaN.
fn frexp_exponent_f64(x: f64) -> f64 {
    let exponent = i32(u32(size_bits_f64(normal_f64(x)) >> 52u)) - select(1022, 1075, abs_f64(x) < 2.2250738585072014e-308);
    return select(0.0, f64(exponent), has_exponent_f64(x));
}
