// Bessel functions and Airy's of f64, as on the CPU: J and Y with the values of PyTorch (Cephes' fractions without the leading
// coefficients of most denominators). An empty line ends a declaration.

// The power series of I_order, or above 30 the asymptotic one without its factor e^x / sqrt(2 pi x) (DLMF 10.25.2, 10.40.1).
fn bessel_i_sum_f64(order: f64, x: f64) -> f64 {
    let is_far = x > 30.0;
    let quarter = x * x / 4.0;
    var term = select(0.5 * x, 1.0, is_far || order == 0.0);
    var sum = term;
    for (var k = 1.0lf; abs_f64(term) > sum * 1.0e-17; k += 1.0) {
        let odd = 2.0 * k - 1.0;
        term *= select(quarter / (k * (k + order)), (odd * odd - 4.0 * order) / (8.0 * k * x), is_far);
        sum += term;
    }
    return sum;
}

// I_order(x) for x >= 0; NaN at infinity. e^x in two factors: it overflows before I(x) does.
fn bessel_i_f64(order: f64, x: f64) -> f64 {
    if is_nan_f64(x) || is_inf_f64(x) {
        return nan_f64();
    }
    let sum = bessel_i_sum_f64(order, x);
    let half = exp_f64(0.5 * x);
    return select(sum, half / sqrt(6.283185307179586 * x) * sum * half, x > 30.0);
}

// e^-x I_order(x) for x >= 0.
fn bessel_i_scaled_f64(order: f64, x: f64) -> f64 {
    if is_nan_f64(x) || is_inf_f64(x) {
        return select(0.0, x, is_nan_f64(x));
    }
    let sum = bessel_i_sum_f64(order, x);
    return select(sum * exp_f64(-x), sum / sqrt(6.283185307179586 * x), x > 30.0);
}

fn bessel_i0_f64(x: f64) -> f64 { return bessel_i_f64(0.0, abs_f64(x)); }

fn bessel_i1_f64(x: f64) -> f64 { return copysign_f64(bessel_i_f64(1.0, abs_f64(x)), x); }

fn bessel_i0e_f64(x: f64) -> f64 { return bessel_i_scaled_f64(0.0, abs_f64(x)); }

fn bessel_i1e_f64(x: f64) -> f64 { return copysign_f64(bessel_i_scaled_f64(1.0, abs_f64(x)), x); }

// sin(x) / x
fn spherical_bessel_j0_f64(x: f64) -> f64 {
    return select(select(sin_f64(x) / x, 1.0, x == 0.0), 0.0, is_inf_f64(x));
}

// J_0 up to 5: its first two zeros, squared, and what is left without them.
fn bessel_j0_near_f64(x: f64) -> f64 {
    let z = x * x;
    let p = 9708622510473064.0 + z * (-249248344360967.72 + z * (1956174919465.5657 - z * 4794432209.782018));
    let q = 1.7108629408104315e18 + z * (3.1812195594320496e16 + z * (310518229857422.56 + z * (2112775201154.892
        + z * (11185553704.535683 + z * (48440965.83399621 + z * (173785.4016763747 + z * 499.563147152651))))));
    return (z - 5.783185962946784) * (z - 30.471262343662087) * p / q;
}

fn bessel_j1_near_f64(x: f64) -> f64 {
    let z = x * x;
    let p = 3682957328638529.0 + z * (-72749424522181.83 + z * (452228297998.19403 - z * 899971225.7055594));
    let q = 5.322786203326801e18 + z * (8.952223361846274e16 + z * (784369607876235.9 + z * (4749141220799.914
        + z * (22151159547.97925 + z * (83514679.14319493 + z * (256987.25675774884 + z * 620.8364781180543))))));
    return p / q * x * (z - 14.681970642123893) * (z - 49.2184563216946);
}

// Y_0 above 0 and up to 5: what its logarithm leaves is even and smooth.
fn bessel_y0_near_f64(x: f64) -> f64 {
    let z = x * x;
    let p = -1.8495080043698668e16 + z * (4.4273326857256984e16 + z * (-3466283033847297.0 + z * (87590639439536.7
        + z * (-982136065717.9115 + z * (5435264770.518765 + z * (-14663929.59039716 + z * 15592.436785523574))))));
    let q = 2.5059625617265306e17 + z * (3171577528429750.5 + z * (20297961275010.555 + z * (86400248710.3935
        + z * (268919633.39381415 + z * (626107.330137135 + z * 1041.2835366425984)))));
    return p / q + 0.6366197723675814 * log_f64(x) * bessel_j0_near_f64(x);
}

// Y_1 above 0 and up to 5: what its logarithm and its pole leave is odd and smooth.
fn bessel_y1_near_f64(x: f64) -> f64 {
    let z = x * x;
    let p = -7.788771962659501e17 + z * (2.024394757135949e17 + z * (-8127702555013251.0 + z * (114509511541823.73
        + z * (-647355876379.1603 + z * 1263204747.9017804))));
    let q = 3.9727060811656064e18 + z * (6.871410873553005e16 + z * (620557727146953.8 + z * (3882312774962.3857
        + z * (18760131610.870617 + z * (73481194.44597217 + z * (235564.09294306856 + z * 594.3015923461282))))));
    return x * (p / q) + 0.6366197723675814 * (bessel_j1_near_f64(x) * log_f64(x) - 1.0 / x);
}

// Hankel's form of J and Y: a wave of amplitude (p, 5 q / x) that lags by `phase`.
fn bessel_wave_f64(x: f64, p: f64, q: f64, phase: f64) -> vec2<f64> {
    let s = sin_f64(x - phase);
    let c = cos_f64(x - phase);
    let r = 5.0 / x * q;
    return vec2<f64>(p * c - r * s, p * s + r * c) * sqrt(0.6366197723675814 / x);
}

// J_0 and Y_0 from 5 on.
fn bessel_far_0_f64(x: f64) -> vec2<f64> {
    let z = 25.0 / (x * x);
    let p = (1.0 + z * (5.303240382353949 + z * (8.74716500199817 + z * (5.447250030587687 + z * (1.239533716464143
        + z * (0.08283523921074408 + z * 0.0007969367292973471)))))) / (1.0 + z * (5.306052882353947 + z * (8.761908832370695
        + z * (5.470977403304171 + z * (1.2535274390105895 + z * (0.08562884743544745 + z * 0.0009244088105588637))))));
    let q = (-6.050143506007285 + z * (-51.41053267665993 + z * (-147.07750515495118 + z * (-177.68116798048806
        + z * (-93.20601521237683 + z * (-19.553954425773597 + z * (-1.2825271867050931 - z * 0.011366383889846916)))))))
        / (242.0057402402914 + z * (2062.0933166032783 + z * (5930.727011873169 + z * (7240.467741956525
        + z * (3882.4018360540163 + z * (856.4300259769806 + z * 64.3178256118178))))));
    return bessel_wave_f64(x, p, q, 0.7853981633974483);
}

// J_1 and Y_1 from 5 on.
fn bessel_far_1_f64(x: f64) -> vec2<f64> {
    let z = 25.0 / (x * x);
    let p = (1.0 + z * (5.214515986823615 + z * (8.424045901417724 + z * (5.112079511468076 + z * (1.1271960812968493
        + z * (0.07313970569409176 + z * 0.0007621256162081731)))))) / (1.0 + z * (5.209828486823619 + z * (8.399855543276042
        + z * (5.073863861286015 + z * (1.105142326340617 + z * (0.06884559087544954 + z * 0.0005713231280725487))))));
    let q = (25.207020585802372 + z * (211.68875710057213 + z * (597.4896124006136 + z * (710.8563049989261
        + z * (366.7796093601508 + z * (75.82382841325453 + z * (4.982138729512334 + z * 0.05108625947501767)))))))
        / (336.0936078106983 + z * (2826.1927851763908 + z * (7997.041604473507 + z * (9562.318924047562
        + z * (4986.410583376536 + z * (1056.4488603826283 + z * 74.23732770356752))))));
    return bessel_wave_f64(x, p, q, 2.356194490192345);
}

fn bessel_j0_f64(x: f64) -> f64 {
    let size = abs_f64(x);
    if size <= 5.0 {
        return bessel_j0_near_f64(size);
    }
    return bessel_far_0_f64(size).x;
}

fn bessel_j1_f64(x: f64) -> f64 {
    let size = abs_f64(x);
    if size <= 5.0 {
        return bessel_j1_near_f64(x);
    }
    return bessel_far_1_f64(size).x * copysign_f64(1.0, x);
}

// `value` above 0, `pole` at 0, else NaN.
fn above_pole_f64(x: f64, value: f64, pole: f64) -> f64 {
    return select(select(nan_f64(), value, x > 0.0), pole, x == 0.0);
}

fn bessel_y0_f64(x: f64) -> f64 {
    if x <= 5.0 {
        return above_pole_f64(x, bessel_y0_near_f64(x), negate_f64(infinity_f64()));
    }
    return bessel_far_0_f64(x).y;
}

fn bessel_y1_f64(x: f64) -> f64 {
    if x <= 5.0 {
        return above_pole_f64(x, bessel_y1_near_f64(x), negate_f64(infinity_f64()));
    }
    return bessel_far_1_f64(x).y;
}

// e^x K_order(x) for x above 0, by the trapezoidal rule over e^(x - x cosh t) cosh(order t), which converges exponentially.
fn bessel_k_integral_f64(order: f64, x: f64) -> f64 {
    let step = min(0.25 / sqrt(x), 0.1);
    var sum = 0.5lf;
    for (var t = step; true; t += step) {
        let half = sinh_f64(0.5 * t);
        let term = exp_f64(-2.0 * x * half * half) * cosh_f64(order * t);
        sum += term;
        if !(term > sum * 1.0e-18) {
            break;
        }
    }
    return sum * step;
}

// K_0(x) for 0 < x <= 2 (DLMF 10.31.2).
fn bessel_k0_series_f64(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    var term = 1.0lf;
    var harmonic = 0.0lf;
    var first = 1.0lf;
    var rest = 0.0lf;
    for (var k = 1.0lf; k < 20.0; k += 1.0) {
        term *= quarter / (k * k);
        harmonic += 1.0 / k;
        first += term;
        rest += term * harmonic;
    }
    return -(log_f64(0.5 * x) + 0.5772156649015329) * first + rest;
}

// K_1(x) for 0 < x <= 2 (DLMF 10.31.1).
fn bessel_k1_series_f64(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    var term = 1.0lf;
    var harmonic = 0.0lf;
    var first = 1.0lf;
    var rest = -0.1544313298030658lf;
    for (var k = 1.0lf; k < 20.0; k += 1.0) {
        term *= quarter / (k * (k + 1.0));
        harmonic += 1.0 / k;
        first += term;
        rest += term * (2.0 * harmonic + 1.0 / (k + 1.0) - 1.1544313298030658);
    }
    return 1.0 / x + log_f64(0.5 * x) * (0.5 * x) * first - 0.25 * x * rest;
}

fn bessel_k_series_f64(order: f64, x: f64) -> f64 {
    if order == 0.0 {
        return bessel_k0_series_f64(x);
    }
    return bessel_k1_series_f64(x);
}

// e^x K_order(x) for order 0 or 1; infinite at 0, NaN below.
fn bessel_k_scaled_f64(order: f64, x: f64) -> f64 {
    if !(x > 0.0) || is_inf_f64(x) {
        return select(select(nan_f64(), infinity_f64(), x == 0.0), 0.0, x > 0.0);
    }
    if x <= 2.0 {
        return exp_f64(x) * bessel_k_series_f64(order, x);
    }
    return bessel_k_integral_f64(order, x);
}

fn bessel_k_f64(order: f64, x: f64) -> f64 {
    if x > 0.0 && x <= 2.0 {
        return bessel_k_series_f64(order, x);
    }
    return bessel_k_scaled_f64(order, x) * exp_f64(-x);
}

fn bessel_k0_f64(x: f64) -> f64 { return bessel_k_f64(0.0, x); }

fn bessel_k1_f64(x: f64) -> f64 { return bessel_k_f64(1.0, x); }

fn bessel_k0e_f64(x: f64) -> f64 { return bessel_k_scaled_f64(0.0, x); }

fn bessel_k1e_f64(x: f64) -> f64 { return bessel_k_scaled_f64(1.0, x); }

fn airy_series_f64(x: f64) -> f64 {
    let cube = x * x * x;
    var f = 1.0lf;
    var g = x;
    var even = f;
    var odd = g;
    for (var k = 3.0lf; k < 150.0; k += 3.0) {
        f *= cube / (k * (k - 1.0));
        g *= cube / (k * (k + 1.0));
        even += f;
        odd += g;
    }
    return 0.3550280538878172 * even - 0.2588194037928068 * odd;
}

// DLMF 9.7.9, summed to its smallest term.
fn airy_far_below_f64(x: f64, angle: f64) -> f64 {
    var term = 1.0lf;
    var last = infinity_f64();
    var sums = vec2<f64>(1.0, 0.0);
    for (var k = 1u; k < 30u; k++) {
        let n = f64(k);
        term *= (6.0 * n - 5.0) * (6.0 * n - 3.0) * (6.0 * n - 1.0) / ((2.0 * n - 1.0) * 216.0 * n * angle);
        if term >= last || term < 1.0e-18 {
            break;
        }
        last = term;
        let signed = select(term, -term, (k & 2u) == 2u);
        sums += select(vec2<f64>(signed, 0.0), vec2<f64>(0.0, signed), (k & 1u) == 1u);
    }
    let s = sin_f64(angle - 0.7853981633974483);
    let c = cos_f64(angle - 0.7853981633974483);
    return (c * sums.x + s * sums.y) / (1.7724538509055159 * sqrt(sqrt(abs_f64(x))));
}

// By K_(1/3) above 1, the asymptotic series below -8, the power series between; NaN at both infinities.
fn airy_ai_f64(x: f64) -> f64 {
    if is_nan_f64(x) || is_inf_f64(x) {
        return nan_f64();
    }
    let angle = 0.6666666666666666 * abs_f64(x) * sqrt(abs_f64(x));
    if x > 1.0 {
        return sqrt(x / 3.0) / 3.141592653589793 * bessel_k_integral_f64(0.3333333333333333, angle) * exp_f64(-angle);
    }
    if x < -8.0 {
        return airy_far_below_f64(x, angle);
    }
    return airy_series_f64(x);
}
