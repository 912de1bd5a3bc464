// Special functions of f32: polynomials fitted over the ranges that are named. An empty line ends a declaration.

// The error function: x P(x^2) up to 0.92, then 1 - e^-P(|x|).
fn erf_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let z = x * x;
    let inner = 0.128379166 + z * (-0.376125336 + z * (0.112819925 + z * (-0.0267681349 + z * (0.00499119423 - z * 0.000596761703))));
    let a = min(size, 4.2);
    let p = -0.128717512 + a * (-0.634846687 + a * (-0.106777877 + a * (0.0242546219
        + a * (-0.00388396438 + a * (0.000383197126 - a * 0.000017285347)))));
    let outer = copysign_f32(1.0 - exp_f32(a * p - a), x);
    return select(select(outer, x + x * inner, size < 0.921875), x, is_nan_f32(x));
}

// e^(x^2) erfc(x) for x from 1/2 to 10.3, with t = 1 / (1 + x / 3).
fn erfcx_near(x: f32) -> f32 {
    let t = 3.0 / (3.0 + x);
    let u = t - 0.55;
    var p = 0.271281667 + u * (-0.0738844834 + u * (-0.142664402 + u * (-0.0220556695 + u * (0.0543167576 + u * 0.0207642373))));
    p = 0.674163712 + u * (0.921074683 + u * (0.96246974 + u * (0.70746497 + u * p)));
    return t * (0.389523774 + u * p);
}

// e^(-x^2), with what the square loses.
fn exp_of_square(x: f32, sign: f32) -> f32 {
    let square = two_product(x, x);
    return exp_scaled(sign * square.x, sign * square.y, 0);
}

// 1 - erf(x)
fn erfc_f32(x: f32) -> f32 {
    let size = min(abs_f32(x), 10.3);
    let far = exp_of_square(size, -1.0) * erfcx_near(size);
    let value = select(select(far, 2.0 - far, x < 0.0), 1.0 - erf_f32(x), (x < 0.5) & (x > -1.0));
    return select(value, x, is_nan_f32(x));
}

// e^(x^2) erfc(x); beyond 10.3 its asymptotic series.
fn erfcx_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let w = 0.5 / (size * size);
    let far = (1.0 - w * (1.0 - 3.0 * w * (1.0 - 5.0 * w * (1.0 - 7.0 * w)))) / (size * 1.77245385);
    let growth = exp_of_square(min(size, 10.3), 1.0);
    let middle = select(erfcx_near(min(size, 10.3)), growth * (1.0 - erf_f32(size)), size < 0.5);
    let above = select(far, middle, size < 10.3);
    let below = 2.0 * growth - above;
    return select(select(above, below, x < 0.0), x, is_nan_f32(x));
}

// erfinv(x) / x as a function of w = -log(1 - x^2), for w up to 16.
fn erfinv_slope(w: f32) -> f32 {
    let t = w - 2.5;
    var p = 1.7966385e-8 + t * (-8.7615834e-9 + t * 3.4105293e-10);
    p = 0.00021828211 + t * (-0.0000049613525 + t * (-0.0000034343084 + t * (4.6575331e-7 + t * p)));
    p = 1.5014094 + t * (0.24664028 + t * (-0.0041773392 + t * (-0.0012527455 + t * p)));
    let u = sqrt(w) - 3.0;
    var q = -0.00027814229 + u * (0.00015998631 - u * 0.000029018696);
    q = 0.0056876284 + u * (-0.003567401 + u * (0.0014754278 + u * (-0.00011931451 + u * q)));
    q = 2.8329768 + u * (1.0016752 + u * (0.0094453094 + u * (-0.0076427171 + u * q)));
    return select(p, q, w > 5.0);
}

// The inverse of erf; infinite at +-1, NaN beyond.
fn erfinv_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let inside = x * erfinv_slope(-log_f32((1.0 - size) * (1.0 + size)));
    let edge = select(inside, copysign_f32(bitcast<f32>(0x7f800000u), x), size == 1.0);
    return select(edge, bitcast<f32>(0x7fc00000u), !(size <= 1.0));
}

// The x below which a normal variable falls with probability p; NaN outside [0, 1]. By erfinv(2p - 1), and where that is too
// near -1 by a rational function (P. J. Acklam).
fn ndtri_f32(p: f32) -> f32 {
    let tail = min(p, 1.0 - p);
    let near = 1.41421356 * (2.0 * (p - 0.5)) * erfinv_slope(-log_f32(4.0 * tail * (1.0 - tail)));
    let r = sqrt(-2.0 * log_f32(tail));
    let top = 2.9381640 + r * (4.3746641 + r * (-2.5497325 + r * (-2.4007583 + r * (-0.32239646 - r * 0.0077848940))));
    let far = top / (1.0 + r * (3.7544087 + r * (2.4451341 + r * (0.32246713 + r * 0.0077846957))));
    let value = select(near, far, tail < 1.0e-6);
    let edge = select(value, select(bitcast<f32>(0xff800000u), bitcast<f32>(0x7f800000u), p > 0.5), tail == 0.0);
    return select(edge, bitcast<f32>(0x7fc00000u), !((p >= 0.0) & (p <= 1.0)));
}

// log(gamma(x)) for x > 0: (x - 1)(x - 2) P(x) around its zeros, a polynomial up to 8, then Stirling's series.
fn lgamma_above_zero(x: f32) -> f32 {
    if x < 0.75 {
        return lgamma_from(1.0 + x) - log_f32(x);
    }
    return lgamma_from(x);
}

fn lgamma_from(x: f32) -> f32 {
    if x < 1.5 {
        let t = x - 1.125;
        var p = -0.0245565931 + t * (0.0195217344 + t * (-0.0211913337 + t * 0.0172832232));
        p = -0.0789256328 + t * (0.0562811882 + t * (-0.042041536 + t * (0.0323024481 + t * p)));
        return (x - 1.0) * (x - 2.0) * (0.548783398 + t * (-0.211153243 + t * (0.119603215 + t * p)));
    }
    if x < 3.0 {
        let t = x - 2.25;
        var p = -0.000168498159 + t * (0.0000673598135 + t * (-0.0000369164292 + t * 0.000015139133));
        p = -0.0084638912 + t * (0.00304106311 + t * (-0.00114230191 + t * (0.000441202799 + t * p)));
        return (x - 1.0) * (x - 2.0) * (0.399589488 + t * (-0.0858808513 + t * (0.0252683565 + t * p)));
    }
    if x < 8.0 {
        let t = x - 5.5;
        var p = -2.63235354e-8 + t * (4.04032735e-9 + t * (-1.40697241e-9 + t * 2.30179796e-10));
        p = -0.0000774146518 + t * (0.0000101585111 + t * (-0.00000144672354 + t * (2.12802634e-7 + t * p)));
        return 3.95781397 + t * (1.61109316 + t * (0.0996711923 + t * (-0.00660152332 + t * (0.000653780045 + t * p))));
    }
    let w = 1.0 / x;
    let series = w * (0.083333333 + w * w * (-0.0027777778 + w * w * 0.00079365079));
    return (x - 0.5) * (log_f32(x) - 1.0) + (0.41893853 + series);
}

// |sin(pi x)|; 0 for every integer.
fn sin_pi_magnitude(x: f32) -> f32 {
    let fraction = abs_f32(x - round(x));
    let r = 3.14159274 * select(fraction, 0.5 - fraction, fraction > 0.25);
    return select(sin_near_zero(r, 0.0), cos_near_zero(r, 0.0), fraction > 0.25);
}

// log |gamma(x)|; infinite at 0, at the negative integers and at both infinities.
fn lgamma_f32(x: f32) -> f32 {
    let infinite = bitcast<f32>(0x7f800000u);
    if is_nan_f32(x) {
        return x;
    }
    if x > 4.0e36 || is_inf_f32(x) || (x <= 0.0 && floor(x) == x) {
        return infinite;
    }
    if x > 0.0 {
        return lgamma_above_zero(x);
    }
    if x > -0.75 {
        return log_f32(3.14159274 / sin_pi_magnitude(x)) - lgamma_from(1.0 - x);
    }
    return log_f32(3.14159274 / (sin_pi_magnitude(x) * -x)) - lgamma_above_zero(-x);
}

// psi(x), the derivative of lgamma; infinite at 0, NaN at the negative integers.
fn digamma_f32(x: f32) -> f32 {
    if is_nan_f32(x) || x == bitcast<f32>(0x7f800000u) {
        return x;
    }
    if !is_true_f32(x) {
        return copysign_f32(bitcast<f32>(0x7f800000u), negate_f32(x));
    }
    if x > 0.0 {
        return digamma_above_zero(x);
    }
    let fraction = x - round(x);
    if fraction == 0.0 || is_inf_f32(x) {
        return bitcast<f32>(0x7fc00000u);
    }
    return digamma_above_zero(-x) - 1.0 / x - 3.14159274 / tan_f32(3.14159274 * fraction);
}

// The zero of psi, in two parts, times a polynomial between 1 and 2; the recurrence from there up to 8 and down to 0.
fn digamma_above_zero(x: f32) -> f32 {
    if x >= 8.0 {
        let w = 1.0 / x;
        let z = w * w;
        return log_f32(x) - (0.5 * w + z * (0.083333333 - z * (0.0083333333 - z * 0.0039682540)));
    }
    var y = x;
    var sum = 0.0;
    if y < 1.0 {
        sum = -1.0 / y;
        y += 1.0;
    }
    while y > 2.0 {
        y -= 1.0;
        sum += 1.0 / y;
    }
    let t = y - 1.5;
    var p = 0.0408500267 + t * (-0.0257868836 + t * (0.017114989 + t * (-0.0163736203 + t * 0.0109025887)));
    p = 0.240542535 + t * (-0.148398861 + t * (0.0949846851 + t * (-0.0620559804 + t * p)));
    p = 0.951055876 + t * (-0.423627497 + t * p);
    return sum + ((y - 1.46163213) - 0.0000000114497) * p;
}

// I_0(x) up to 8.
fn bessel_i0_inner(x: f32) -> f32 {
    let z = x * x;
    var p = 9.3001834e-15 + z * (3.0598469e-17 + z * (5.3517343e-20 + z * 2.6803373e-22));
    p = 6.7816768e-6 + z * (6.7817704e-8 + z * (4.7088755e-10 + z * (2.4056955e-12 + z * p)));
    return 1.0 + z * (0.25 + z * (0.015625 + z * (0.00043402781 + z * p)));
}

// I_0(x) sqrt(x) / e^x from 8 on.
fn bessel_i0_outer(x: f32) -> f32 {
    let w = 1.0 / x;
    return 0.39894229 + w * (0.049866154 + w * (0.028161873 + w * (0.025608586 + w * (0.10543806 + w * (-0.4288893 + w * 2.119336)))));
}

// I_1(|x|) up to 8.
fn bessel_i1_inner(x: f32) -> f32 {
    let z = x * x;
    var p = 5.1771975e-16 + z * (1.5162673e-18 + z * (2.5325636e-21 + z * 1.0855190e-23));
    p = 6.7816800e-7 + z * (5.6514480e-9 + z * (3.3636276e-11 + z * (1.5030711e-13 + z * p)));
    return abs_f32(x) * (0.5 + z * (0.0625 + z * (0.0026041667 + z * (0.000054253474 + z * p))));
}

// I_1(x) sqrt(x) / e^x from 8 on.
fn bessel_i1_outer(x: f32) -> f32 {
    let w = 1.0 / x;
    return 0.39894227 + w * (-0.14960148 + w * (-0.046878341 + w * (-0.036793003 + w * (-0.12640433 + w * (0.47677258 - w * 2.4044902)))));
}

// 256 x for a normal x above 0. A compiler may put a factor 256 first, where it overflows, but not an exponent.
fn times_256(x: f32) -> f32 {
    let bits = bitcast<u32>(x) + 0x04000000u;
    return bitcast<f32>(select(bits, 0x7f800000u, bits > 0x7f800000u));
}

// Modified Bessel functions of the first kind; NaN at infinity, as in PyTorch.
fn bessel_i0_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let outer = times_256(exp_scaled(size, 0.0, -8) * (bessel_i0_outer(size) / sqrt(size)));
    let value = select(outer, bessel_i0_inner(x), size <= 8.0);
    return select(value, bitcast<f32>(0x7fc00000u), is_nan_f32(x) | is_inf_f32(x));
}

fn bessel_i1_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let outer = times_256(exp_scaled(size, 0.0, -8) * (bessel_i1_outer(size) / sqrt(size)));
    let value = copysign_f32(select(outer, bessel_i1_inner(x), size <= 8.0), x);
    return select(value, bitcast<f32>(0x7fc00000u), is_nan_f32(x) | is_inf_f32(x));
}

fn bessel_i0e_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let value = select(bessel_i0_outer(size) / sqrt(size), bessel_i0_inner(x) * exp_f32(-size), size <= 8.0);
    return select(value, x, is_nan_f32(x));
}

fn bessel_i1e_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    let value = select(bessel_i1_outer(size) / sqrt(size), bessel_i1_inner(x) * exp_f32(-size), size <= 8.0);
    return select(copysign_f32(value, x), x, is_nan_f32(x));
}

// sin(x) / x
fn spherical_bessel_j0_f32(x: f32) -> f32 {
    let z = x * x;
    let near = 1.0 - z * (0.16666667 - z * (0.008333333 - z * 0.00019841270));
    return select(select(sin_f32(x) / x, near, abs_f32(x) < 0.5), 0.0, is_inf_f32(x));
}
