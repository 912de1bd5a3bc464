// The incomplete gamma functions, regularized, and Hurwitz's zeta function, of f64, as on the CPU. An empty line ends a declaration.

// P(a, x) and Q(a, x) for a, x >= 0; NaN for anything else.
fn regularized_gamma_f64(a: f64, x: f64) -> vec2<f64> {
    if is_nan_f64(a) || is_nan_f64(x) || a < 0.0 || x < 0.0 || (a == 0.0 && x == 0.0) || (is_inf_f64(a) && is_inf_f64(x)) {
        return vec2<f64>(nan_f64(), nan_f64());
    }
    if x == 0.0 || is_inf_f64(a) {
        return vec2<f64>(0.0, 1.0);
    }
    if a == 0.0 || is_inf_f64(x) {
        return vec2<f64>(1.0, 0.0);
    }
    if a > 100.0 && abs_f64(x - a) < 20.0 * sqrt(a) {
        return gamma_quadrature_f64(a, x);
    }
    if x < a + 1.0 {
        let p = gamma_series_f64(a, x);
        return vec2<f64>(p, 1.0 - p);
    }
    let q = gamma_fraction_f64(a, x);
    return vec2<f64>(1.0 - q, q);
}

// x^a e^-x / gamma(a), for a large `a` by Stirling's series with the large terms of the exponent taken together.
fn gamma_weight_f64(a: f64, x: f64) -> f64 {
    if a > 100.0 {
        let d = (x - a) / a;
        let correction = 1.0 / (12.0 * a) - 1.0 / (360.0 * a * a * a);
        return exp_f64(a * (log1p_f64(d) - d) - correction) * sqrt(a / 6.283185307179586);
    }
    return exp_f64(a * log_f64(x) - x - lgamma_f64(a));
}

fn gamma_series_f64(a: f64, x: f64) -> f64 {
    var term = 1.0 / a;
    var sum = term;
    for (var k = 1.0lf; term > sum * 1.0e-17 && k < 5000.0; k += 1.0) {
        term *= x / (a + k);
        sum += term;
    }
    return sum * gamma_weight_f64(a, x);
}

// The continued fraction of Q (DLMF 8.9.2), by Lentz's method.
fn gamma_fraction_f64(a: f64, x: f64) -> f64 {
    let tiny = 1.0e-300lf;
    var b = x + 1.0 - a;
    var c = 1.0 / tiny;
    var d = 1.0 / b;
    var h = d;
    for (var k = 1.0lf; k < 5000.0; k += 1.0) {
        let numerator = -k * (k - a);
        b += 2.0;
        d = numerator * d + b;
        d = 1.0 / select(d, tiny, abs_f64(d) < tiny);
        c = b + numerator / c;
        c = select(c, tiny, abs_f64(c) < tiny);
        h *= d * c;
        if abs_f64(d * c - 1.0) < 1.0e-16 {
            break;
        }
    }
    return h * gamma_weight_f64(a, x);
}

// For a large `a` and x near it: the integral of t^(a - 1) e^-t from x outwards, over twelve standard deviations, by Gauss and
// Legendre's rule of five points.
fn gamma_quadrature_f64(a: f64, x: f64) -> vec2<f64> {
    let is_above = x > a;
    let width = 12.0 * sqrt(a);
    let end = select(max(x - width, 1.0e-300), x + width, is_above);
    let half = (end - x) / 60.0;
    var sum = 0.0lf;
    for (var i = 0u; i < 30u; i++) {
        let middle = x + half * f64(2u * i + 1u);
        let far = 0.906179845938664 * half;
        let near = 0.5384693101056831 * half;
        sum += 0.5688888888888889 * gamma_weight_f64(a, middle) / middle;
        sum += 0.2369268850561891 * gamma_weight_f64(a, middle - far) / (middle - far);
        sum += 0.2369268850561891 * gamma_weight_f64(a, middle + far) / (middle + far);
        sum += 0.4786286704993665 * gamma_weight_f64(a, middle - near) / (middle - near);
        sum += 0.4786286704993665 * gamma_weight_f64(a, middle + near) / (middle + near);
    }
    let tail = sum * abs_f64(half);
    return select(vec2<f64>(tail, 1.0 - tail), vec2<f64>(1.0 - tail, tail), is_above);
}

fn igamma_f64(a: f64, x: f64) -> f64 { return regularized_gamma_f64(a, x).x; }

fn igammac_f64(a: f64, x: f64) -> f64 { return regularized_gamma_f64(a, x).y; }

// B(2k) / (2k)! for k = 1, 2, ...
fn euler_maclaurin_f64(k: u32) -> f64 {
    switch k {
        case 1u: { return 0.08333333333333333; }
        case 2u: { return -0.001388888888888889; }
        case 3u: { return 0.00003306878306878307; }
        case 4u: { return -8.267195767195768e-7; }
        case 5u: { return 2.08767569878681e-8; }
        case 6u: { return -5.284190138687493e-10; }
        case 7u: { return 1.3382536530684679e-11; }
        case 8u: { return -3.3896802963225827e-13; }
        case 9u: { return 8.586062056277845e-15; }
        default: { return -2.174868698558062e-16; }
    }
}

// The sum of (q + k)^-x over k >= 0, for x > 1 and q > 0: term by term up to 12, then the formula of Euler and Maclaurin.
fn zeta_above_zero_f64(x: f64, start: f64) -> f64 {
    var q = start;
    var sum = 0.0lf;
    while q < 12.0 {
        let term = pow_f64(q, -x);
        sum += term;
        if term < sum * 1.0e-18 || is_inf_f64(sum) {
            return sum;
        }
        q += 1.0;
    }
    let power = pow_f64(q, -x);
    sum += power * (q / (x - 1.0) + 0.5);
    var rising = x * power / q;
    for (var k = 1u; k <= 10u; k++) {
        let term = euler_maclaurin_f64(k) * rising;
        sum += term;
        if abs_f64(term) <= abs_f64(sum) * 1.0e-17 {
            break;
        }
        let next = x + f64(2u * k);
        rising *= (next - 1.0) * next / (q * q);
    }
    return sum;
}

// Infinite at the poles, NaN where it is not real. The terms below 0 are themselves the difference of two sums.
fn zeta_f64(x: f64, q: f64) -> f64 {
    if x == 1.0 {
        return infinity_f64();
    }
    let is_whole = q == floor(q);
    if is_nan_f64(x) || is_nan_f64(q) || x < 1.0 || (q <= 0.0 && !is_whole && !(x == floor(x))) {
        return nan_f64();
    }
    if q <= 0.0 && is_whole {
        return infinity_f64();
    }
    if q > 0.0 {
        return zeta_above_zero_f64(x, q);
    }
    let fraction = q - floor(q);
    let sign = select(-1.0lf, 1.0lf, trunc(0.5 * x) == 0.5 * x);
    return zeta_above_zero_f64(x, fraction) + sign * (zeta_above_zero_f64(x, 1.0 - fraction) - zeta_above_zero_f64(x, 1.0 - q));
}
