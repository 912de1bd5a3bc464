// Orthogonal polynomials of degree n, which is truncated to an integer; 0 below degree 0. By their three-term recurrences,
// p(k) = (a p(k - 1) - b p(k - 2)) / c from p(0) = 1 and p(1); Chebyshev's by angles for high degrees, as on the CPU. The text
// is float32's and serves float64 as well. An empty line ends a declaration.

const CHEBYSHEV = 0u;

const HERMITE_H = 1u;

const HERMITE_HE = 2u;

const LAGUERRE = 3u;

const LEGENDRE = 4u;

// Degrees above 2^24, which would take too long, give NaN.
fn recurrence_f32(x: f32, n: f32, first: f32, family: u32) -> f32 {
    let degree = trunc(n);
    if is_nan_f32(n) || is_inf_f32(n) || degree < 0.0 {
        return 0.0;
    }
    if degree > 16777216.0 {
        return nan_f32();
    }
    var before = ONE_f32;
    var value = first;
    if degree == 0.0 {
        return before;
    }
    for (var k = f32(2.0); k <= degree && !is_nan_f32(value); k += 1.0) {
        var next = 2.0 * x * value - before;
        switch family {
            case HERMITE_H: { next = 2.0 * (x * value - (k - 1.0) * before); }
            case HERMITE_HE: { next = x * value - (k - 1.0) * before; }
            case LAGUERRE: { next = ((2.0 * k - 1.0 - x) * value - (k - 1.0) * before) / k; }
            case LEGENDRE: { next = ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k; }
            default: {}
        }
        before = value;
        value = next;
    }
    return value;
}

// Whether an angle takes the place of the recurrence.
fn is_by_angle_f32(x: f32, n: f32) -> bool { return (n > 8.0) & !is_inf_f32(n) & (abs_f32(x) <= 1.0); }

// 1 for an even degree, -1 for an odd one.
fn parity_f32(n: f32) -> f32 { return select(ONE_f32, -ONE_f32, !(trunc(0.5 * trunc(n)) * 2.0 == trunc(n))); }

fn chebyshev_polynomial_t_f32(x: f32, n: f32) -> f32 {
    if !is_by_angle_f32(x, n) {
        return recurrence_f32(x, n, x, CHEBYSHEV);
    }
    let edge = select(parity_f32(n), 1.0, x > 0.0);
    return select(cos_f32(trunc(n) * acos_f32(x)), edge, abs_f32(x) == 1.0);
}

fn chebyshev_polynomial_u_f32(x: f32, n: f32) -> f32 {
    if !is_by_angle_f32(x, n) {
        return recurrence_f32(x, n, 2.0 * x, CHEBYSHEV);
    }
    let angle = acos_f32(x);
    let count = trunc(n) + 1.0;
    let edge = count * select(parity_f32(n), 1.0, x > 0.0);
    return select(sin_f32(count * angle) / sin_f32(angle), edge, abs_f32(x) == 1.0);
}

fn chebyshev_polynomial_v_f32(x: f32, n: f32) -> f32 {
    if !is_by_angle_f32(x, n) {
        return recurrence_f32(x, n, 2.0 * x - 1.0, CHEBYSHEV);
    }
    let angle = acos_f32(x);
    let edge = select((2.0 * trunc(n) + 1.0) * parity_f32(n), 1.0, x > 0.0);
    return select(cos_f32((trunc(n) + 0.5) * angle) / cos_f32(0.5 * angle), edge, abs_f32(x) == 1.0);
}

fn chebyshev_polynomial_w_f32(x: f32, n: f32) -> f32 {
    if !is_by_angle_f32(x, n) {
        return recurrence_f32(x, n, 2.0 * x + 1.0, CHEBYSHEV);
    }
    let angle = acos_f32(x);
    let edge = select(parity_f32(n), 2.0 * trunc(n) + 1.0, x > 0.0);
    return select(sin_f32((trunc(n) + 0.5) * angle) / sin_f32(0.5 * angle), edge, abs_f32(x) == 1.0);
}

fn shifted_chebyshev_polynomial_t_f32(x: f32, n: f32) -> f32 { return chebyshev_polynomial_t_f32(2.0 * x - 1.0, n); }

fn shifted_chebyshev_polynomial_u_f32(x: f32, n: f32) -> f32 { return chebyshev_polynomial_u_f32(2.0 * x - 1.0, n); }

fn shifted_chebyshev_polynomial_v_f32(x: f32, n: f32) -> f32 { return chebyshev_polynomial_v_f32(2.0 * x - 1.0, n); }

fn shifted_chebyshev_polynomial_w_f32(x: f32, n: f32) -> f32 { return chebyshev_polynomial_w_f32(2.0 * x - 1.0, n); }

// Hermite's above degree 512 are given up as NaN, as in PyTorch.
fn hermite_polynomial_h_f32(x: f32, n: f32) -> f32 {
    let is_high = (n > 512.0) & !is_inf_f32(n);
    return select(recurrence_f32(x, select(n, 0.0, is_high), 2.0 * x, HERMITE_H), nan_f32(), is_high);
}

fn hermite_polynomial_he_f32(x: f32, n: f32) -> f32 {
    let is_high = (n > 512.0) & !is_inf_f32(n);
    return select(recurrence_f32(x, select(n, 0.0, is_high), x, HERMITE_HE), nan_f32(), is_high);
}

fn laguerre_polynomial_l_f32(x: f32, n: f32) -> f32 { return recurrence_f32(x, n, 1.0 - x, LAGUERRE); }

fn legendre_polynomial_p_f32(x: f32, n: f32) -> f32 { return recurrence_f32(x, n, x, LEGENDRE); }
