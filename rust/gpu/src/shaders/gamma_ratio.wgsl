// The incomplete gamma functions, regularized, and Hurwitz's zeta function, of f32. An empty line ends a declaration.

// P(a, x) and Q(a, x) for a, x >= 0; NaN for anything else.
fn regularized_gamma(a: f32, x: f32) -> vec2<f32> {
    if is_nan_f32(a) || is_nan_f32(x) || a < 0.0 || x < 0.0 || (a == 0.0 && x == 0.0) || (is_inf_f32(a) && is_inf_f32(x)) {
        return vec2<f32>(bitcast<f32>(0x7fc00000u));
    }
    if x == 0.0 || is_inf_f32(a) {
        return vec2<f32>(0.0, 1.0);
    }
    if a == 0.0 || is_inf_f32(x) {
        return vec2<f32>(1.0, 0.0);
    }
    if a > 30.0 {
        return gamma_uniform(a, x);
    }
    if x < a + 1.0 {
        let p = gamma_series(a, x);
        return vec2<f32>(p, 1.0 - p);
    }
    let q = gamma_fraction(a, x);
    return vec2<f32>(1.0 - q, q);
}

// d - log(1 + d) for d > -1
fn excess_over_log(d: f32) -> f32 {
    return select(d - log1p_f32(d), 0.5 * d * d - log_tail(d), abs_f32(d) < 0.28);
}

// Temme's expansion around x = a (DLMF 8.12), to 1 / a^2.
fn gamma_uniform(a: f32, x: f32) -> vec2<f32> {
    let d = clamp((x - a) / a, -0.999999, 100.0);
    let half_square = excess_over_log(d);
    let eta = copysign_f32(sqrt(2.0 * half_square), d);
    var c0 = 0.000352733686 + eta * (-0.000178755144 + eta * (0.0000391926318 - eta * 0.00000218544851));
    c0 = -0.333333333 + eta * (0.0833333333 + eta * (-0.0148148148 + eta * (0.00115740741 + eta * c0)));
    c0 = select(1.0 / d - 1.0 / eta, c0, abs_f32(eta) < 1.0);
    let c1 = -0.00185185185 + eta * (-0.00347222222 + eta * (0.00264550265 - eta * 0.000990226337));
    let c2 = 0.00413359788 - eta * 0.00268132716;
    let square = min(a * half_square, 150.0);
    let rest = exp_f32(-square) * 0.39894228 / sqrt(a) * (c0 + (c1 + c2 / a) / a);
    let root = copysign_f32(sqrt(square), d);
    return vec2<f32>(0.5 * erfc_f32(-root) - rest, 0.5 * erfc_f32(root) + rest);
}

// x^a e^-x / gamma(a + 1) for a up to 30, e^-x by halves: the whole may vanish.
fn gamma_weight(a: f32, x: f32) -> f32 {
    let half = min(0.5 * x, 85.0);
    if a < 8.0 {
        return pow_f32(min(x, 170.0), a) * exp_f32(-half) * exp_f32(-half - lgamma_from(1.0 + a));
    }
    let w = 1.0 / a;
    let stirling = w * (0.083333333 + w * w * (-0.0027777778 + w * w * 0.00079365079));
    return exp_f32(-a * excess_over_log((x - a) / a) - stirling) * 0.39894228 / sqrt(a);
}

fn gamma_series(a: f32, x: f32) -> f32 {
    var term = 1.0;
    var sum = 1.0;
    for (var k = 1.0; k < 200.0 && term > sum * 1.0e-8; k += 1.0) {
        term *= x / (a + k);
        sum += term;
    }
    return sum * gamma_weight(a, x);
}

// The continued fraction of Q (DLMF 8.9.2), by Lentz's method.
fn gamma_fraction(a: f32, x: f32) -> f32 {
    let tiny = 1.0e-30;
    var b = x + 1.0 - a;
    var c = 1.0 / tiny;
    var d = 1.0 / b;
    var h = d;
    var change = 0.0;
    for (var k = 1.0; k < 200.0 && abs_f32(change - 1.0) > 6.0e-8; k += 1.0) {
        let numerator = -k * (k - a);
        b += 2.0;
        d = numerator * d + b;
        d = 1.0 / select(d, tiny, abs_f32(d) < tiny);
        c = b + numerator / c;
        c = select(c, tiny, abs_f32(c) < tiny);
        change = d * c;
        h *= change;
    }
    return h * a * gamma_weight(a, x);
}

fn igamma_f32(a: f32, x: f32) -> f32 { return regularized_gamma(a, x).x; }

fn igammac_f32(a: f32, x: f32) -> f32 { return regularized_gamma(a, x).y; }

// B(2k) / (2k)! for k = 1, 2, ...
fn euler_maclaurin(k: u32) -> f32 {
    switch k {
        case 1u: { return 0.083333333; }
        case 2u: { return -0.0013888889; }
        case 3u: { return 0.000033068783; }
        case 4u: { return -8.2671958e-7; }
        case 5u: { return 2.0876757e-8; }
        case 6u: { return -5.2841901e-10; }
        case 7u: { return 1.3382537e-11; }
        case 8u: { return -3.3896803e-13; }
        case 9u: { return 8.5860621e-15; }
        default: { return -2.1748687e-16; }
    }
}

// The sum of (q + k)^-x over k >= 0, for x > 1 and q > 0: term by term up to 12, then the formula of Euler and Maclaurin.
fn zeta_above_zero(x: f32, start: f32) -> f32 {
    var q = start;
    var sum = 0.0;
    while q < 12.0 {
        let term = pow_f32(q, -x);
        sum += term;
        if term < sum * 1.0e-9 || is_inf_f32(sum) {
            return sum;
        }
        q += 1.0;
    }
    let power = pow_f32(q, -x);
    sum += pow_f32(q, 1.0 - x) / (x - 1.0) + 0.5 * power;
    var rising = x / q * power;
    for (var k = 1u; k <= 10u; k++) {
        let term = euler_maclaurin(k) * rising;
        sum += term;
        if abs_f32(term) <= sum * 1.0e-9 {
            break;
        }
        let next = x + f32(2u * k);
        rising *= ((next - 1.0) / q) * (next / q);
    }
    return sum;
}

// v^-x + sign u^-x. Where the difference of two overflows is meant, it is the larger's, and NaN if doubles overflow as well.
fn zeta_pair(x: f32, v: f32, u: f32, sign: f32) -> f32 {
    let above = pow_f32(v, -x);
    let below = pow_f32(u, -x);
    if sign > 0.0 || !is_inf_f32(above) || !is_inf_f32(below) {
        return above + sign * below;
    }
    if x * log2_f32(max(u, v)) <= -1024.0 {
        return bitcast<f32>(0x7fc00000u);
    }
    return select(0.0, copysign_f32(above, u - v), u != v);
}

// For q below 0 and an integer x: up to 12 terms below 0, each with its mirror image, which may nearly cancel it, then the
// other terms; those below 0 are the difference of two sums.
fn zeta_below_zero(x: f32, q: f32) -> f32 {
    let v = q - floor(q);
    let u = ceil(q) - q;
    let sign = select(-1.0, 1.0, trunc(0.5 * x) == 0.5 * x);
    let pairs = min(-floor(q), 12.0);
    var sum = zeta_above_zero(x, v + pairs);
    if pairs < -floor(q) {
        sum += sign * (zeta_above_zero(x, u + pairs) - zeta_above_zero(x, 1.0 - q));
    }
    for (var k = pairs - 1.0; k >= 0.0; k -= 1.0) {
        sum += zeta_pair(x, v + k, u + k, sign);
    }
    return sum;
}

// Infinite at the poles, NaN where it is not real and where x or q is infinite and the CPU's terms lose their meaning.
fn zeta_f32(x: f32, q: f32) -> f32 {
    let infinite = bitcast<f32>(0x7f800000u);
    let not_a_number = bitcast<f32>(0x7fc00000u);
    if x == 1.0 {
        return infinite;
    }
    if is_nan_f32(x) || is_nan_f32(q) || x < 1.0 {
        return not_a_number;
    }
    if q <= 0.0 && (is_inf_f32(q) || floor(q) == q) {
        return infinite;
    }
    if is_inf_f32(q) || (q < 0.0 && !is_inf_f32(x) && floor(x) != x) {
        return not_a_number;
    }
    if is_inf_f32(x) {
        return select(select(not_a_number, infinite, q > 0.0 && q < 1.0), 1.0, q == 1.0);
    }
    if q > 0.0 {
        return zeta_above_zero(x, q);
    }
    return zeta_below_zero(x, q);
}
