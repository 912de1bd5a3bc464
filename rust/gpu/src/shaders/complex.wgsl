// Complex numbers, the real part first: what the bodies of the op table call, and whole ops where a body uses an operator, which
// vectors have another meaning of. This text is complex64's; complex128's is the same of float64. Branch cuts and infinities are
// C99's (annex G), the inverse functions W. Kahan's, as on the CPU. An empty line ends a declaration.

alias c64 = vec2<f32>;

const ZERO_c64 = vec2<f32>(0.0, 0.0);

const ONE_c64 = vec2<f32>(1.0, 0.0);

fn is_true_c64(z: c64) -> bool { return is_true_f32(z.x) | is_true_f32(z.y); }

fn is_same_c64(z: c64, w: c64) -> bool { return (z.x == w.x) & (z.y == w.y); }

fn negate_c64(z: c64) -> c64 { return vec2<f32>(negate_f32(z.x), negate_f32(z.y)); }

fn conj_c64(z: c64) -> c64 { return vec2<f32>(z.x, negate_f32(z.y)); }

fn is_nan_c64(z: c64) -> bool { return is_nan_f32(z.x) | is_nan_f32(z.y); }

fn is_inf_c64(z: c64) -> bool { return is_inf_f32(z.x) | is_inf_f32(z.y); }

fn op_add_c64(z: c64, w: c64) -> c64 { return z + w; }

fn op_sub_c64(z: c64, w: c64) -> c64 { return z - w; }

fn op_mul_c64(z: c64, w: c64) -> c64 { return vec2<f32>(z.x * w.x - z.y * w.y, z.x * w.y + z.y * w.x); }

fn op_square_c64(z: c64) -> c64 { return op_mul_c64(z, z); }

fn op_add_scaled_c64(z: c64, w: c64, alpha: c64) -> c64 { return z + op_mul_c64(alpha, w); }

// Smith's division: the divisor's larger part is divided out first, so that no square overflows.
fn op_div_c64(z: c64, w: c64) -> c64 {
    let is_wide = abs_f32(w.x) >= abs_f32(w.y);
    let divisor = select(w.yx, w, is_wide);
    let ratio = select(divisor.y / divisor.x, 0.0, divisor.y == 0.0);
    let scale = 1.0 / (divisor.x + divisor.y * ratio);
    let a = select(z.yx, z, is_wide);
    let im = (a.y - a.x * ratio) * scale;
    return vec2<f32>((a.x + a.y * ratio) * scale, select(negate_f32(im), im, is_wide));
}

fn op_reciprocal_c64(z: c64) -> c64 { return op_div_c64(ONE_c64, z); }

fn op_rsqrt_c64(z: c64) -> c64 { return op_div_c64(ONE_c64, sqrt_c64(z)); }

fn op_eq_c64(z: c64, w: c64) -> bool { return is_same_c64(z, w); }

fn op_ne_c64(z: c64, w: c64) -> bool { return !is_same_c64(z, w); }

fn op_logical_and_c64(z: c64, w: c64) -> bool { return is_true_c64(z) & is_true_c64(w); }

fn op_logical_or_c64(z: c64, w: c64) -> bool { return is_true_c64(z) | is_true_c64(w); }

fn op_logical_xor_c64(z: c64, w: c64) -> bool { return is_true_c64(z) != is_true_c64(w); }

fn op_logical_not_c64(z: c64) -> bool { return !is_true_c64(z); }

fn op_isfinite_c64(z: c64) -> bool { return !(is_nan_c64(z) | is_inf_c64(z)); }

// z / |z|, or 0.
fn sgn_c64(z: c64) -> c64 {
    let m = hypot_f32(z.x, z.y);
    return select(vec2<f32>(z.x / m, z.y / m), ZERO_c64, (z.x == 0.0) & (z.y == 0.0));
}

// Whether parts of this size add up to more than a float holds when they are scaled by 4.
fn is_large_c64(z: c64) -> bool { return max_f32(abs_f32(z.x), abs_f32(z.y)) > LARGE_f32; }

// e^x times (a, b), which overflows no earlier than the result.
fn scaled_exp_c64(x: f32, a: f32, b: f32) -> c64 {
    if abs_f32(x) > STEEP_f32 {
        let half = exp_f32(0.5 * x);
        return vec2<f32>(a * half * half, b * half * half);
    }
    let e = exp_f32(x);
    return vec2<f32>(e * a, e * b);
}

fn exp_c64(z: c64) -> c64 {
    if z.y == 0.0 {
        return vec2<f32>(exp_f32(z.x), z.y);
    }
    if is_inf_f32(z.x) && (is_inf_f32(z.y) || is_nan_f32(z.y)) {
        return select(vec2<f32>(z.x, nan_f32()), ZERO_c64, z.x < 0.0);
    }
    return scaled_exp_c64(z.x, cos_f32(z.y), sin_f32(z.y));
}

fn exp2_c64(z: c64) -> c64 { return exp_c64(z * 0.6931471805599453); }

fn expm1_c64(z: c64) -> c64 {
    if z.y == 0.0 {
        return vec2<f32>(expm1_f32(z.x), z.y);
    }
    if is_nan_f32(z.x) || abs_f32(z.x) >= 1.0 {
        return exp_c64(z) - ONE_c64;
    }
    let half = sin_f32(0.5 * z.y);
    return vec2<f32>(expm1_f32(z.x) * cos_f32(z.y) - 2.0 * half * half, exp_f32(z.x) * sin_f32(z.y));
}

// log |z|, from |z|^2 - 1 where that is small.
fn log_modulus_c64(z: c64) -> f32 {
    let low = min_f32(abs_f32(z.x), abs_f32(z.y));
    let high = max_f32(abs_f32(z.x), abs_f32(z.y));
    let m = hypot_f32(z.x, z.y);
    if m >= 0.71 && m <= 1.73 {
        return 0.5 * log1p_f32((high - 1.0) * (high + 1.0) + low * low);
    }
    if high > LARGE_f32 && !is_inf_f32(high) {
        return log_f32(hypot_f32(0.5 * z.x, 0.5 * z.y)) + 0.6931471805599453;
    }
    return log_f32(m);
}

fn log_c64(z: c64) -> c64 { return vec2<f32>(log_modulus_c64(z), atan2_f32(z.y, z.x)); }

fn log2_c64(z: c64) -> c64 { return log_c64(z) * 1.4426950408889634; }

fn log10_c64(z: c64) -> c64 { return log_c64(z) * 0.4342944819032518; }

fn log1p_c64(z: c64) -> c64 {
    if abs_f32(z.x) < 0.5 && abs_f32(z.y) < 0.5 {
        let excess = z.x * (2.0 + z.x) + z.y * z.y;
        return vec2<f32>(0.5 * log1p_f32(excess), atan2_f32(z.y, 1.0 + z.x));
    }
    return log_c64(vec2<f32>(1.0 + z.x, z.y));
}

// The parts of sqrt(x + iy) times a scale, for x, y >= 0.
fn root_parts_c64(x: f32, y: f32, scale: f32) -> c64 {
    let large = sqrt(0.5 * (x + hypot_f32(x, y)));
    return vec2<f32>(large * scale, y / (2.0 * large) * scale);
}

fn sqrt_c64(z: c64) -> c64 {
    if z.x == 0.0 && z.y == 0.0 {
        return vec2<f32>(0.0, z.y);
    }
    if is_inf_f32(z.y) {
        return vec2<f32>(infinity_f32(), z.y);
    }
    if is_inf_f32(z.x) {
        let other = select(0.0, z.y, is_nan_f32(z.y));
        let negative = vec2<f32>(other, copysign_f32(infinity_f32(), z.y));
        return select(negative, vec2<f32>(z.x, copysign_f32(other, z.y)), z.x > 0.0);
    }
    let x = abs_f32(z.x);
    let y = abs_f32(z.y);
    var parts = ZERO_c64;
    if max_f32(x, y) < SMALL_f32 {
        parts = root_parts_c64(x * 18014398509481984.0, y * 18014398509481984.0, 7.450580596923828e-9);
    } else {
        parts = root_parts_c64(x * 0.0625, y * 0.0625, 4.0);
    }
    let turned = vec2<f32>(parts.y, copysign_f32(parts.x, z.y));
    return select(turned, vec2<f32>(parts.x, copysign_f32(parts.y, z.y)), z.x >= 0.0);
}

fn sinh_c64(z: c64) -> c64 {
    if z.y == 0.0 {
        return vec2<f32>(sinh_f32(z.x), z.y);
    }
    if is_inf_f32(z.x) && (is_inf_f32(z.y) || is_nan_f32(z.y)) {
        return vec2<f32>(z.x, nan_f32());
    }
    let s = sin_f32(z.y);
    let c = cos_f32(z.y);
    if abs_f32(z.x) > STEEP_f32 && !is_inf_f32(z.x) {
        return scaled_exp_c64(abs_f32(z.x), copysign_f32(0.5, z.x) * c, 0.5 * s);
    }
    return vec2<f32>(select(sinh_f32(z.x) * c, z.x, z.x == 0.0 && is_nan_f32(c)), cosh_f32(z.x) * s);
}

fn cosh_c64(z: c64) -> c64 {
    if z.y == 0.0 {
        return vec2<f32>(cosh_f32(z.x), z.y * copysign_f32(1.0, z.x));
    }
    if is_inf_f32(z.x) && (is_inf_f32(z.y) || is_nan_f32(z.y)) {
        return vec2<f32>(infinity_f32(), nan_f32());
    }
    let s = sin_f32(z.y);
    let c = cos_f32(z.y);
    if abs_f32(z.x) > STEEP_f32 && !is_inf_f32(z.x) {
        return scaled_exp_c64(abs_f32(z.x), 0.5 * c, copysign_f32(0.5, z.x) * s);
    }
    return vec2<f32>(cosh_f32(z.x) * c, select(sinh_f32(z.x) * s, z.x, z.x == 0.0 && is_nan_f32(s)));
}

fn tanh_c64(z: c64) -> c64 {
    if z.y == 0.0 {
        return vec2<f32>(tanh_f32(z.x), z.y);
    }
    let one = copysign_f32(1.0, z.x);
    if (is_inf_f32(z.y) || is_nan_f32(z.y)) && (is_inf_f32(z.x) || z.x == 0.0) {
        return select(vec2<f32>(one, 0.0), vec2<f32>(z.x, nan_f32()), z.x == 0.0);
    }
    if abs_f32(z.x) > 22.0 {
        return vec2<f32>(one, 4.0 * sin_f32(z.y) * cos_f32(z.y) * exp_f32(-2.0 * abs_f32(z.x)));
    }
    let t = tan_f32(z.y);
    let s = sinh_f32(z.x);
    let beta = 1.0 + t * t;
    let denominator = 1.0 + beta * s * s;
    return vec2<f32>(beta * sqrt(1.0 + s * s) * s / denominator, t / denominator);
}

// f(iz) / i, from w = f(iz): how the functions of circles follow from those of hyperbolas.
fn turned_back_c64(w: c64) -> c64 { return vec2<f32>(w.y, negate_f32(w.x)); }

fn turned_c64(z: c64) -> c64 { return vec2<f32>(negate_f32(z.y), z.x); }

fn sin_c64(z: c64) -> c64 { return turned_back_c64(sinh_c64(turned_c64(z))); }

fn cos_c64(z: c64) -> c64 { return cosh_c64(turned_c64(z)); }

fn tan_c64(z: c64) -> c64 { return turned_back_c64(tanh_c64(turned_c64(z))); }

// log |2z| of a large number.
fn log_twice_c64(z: c64) -> f32 { return log_f32(hypot_f32(0.5 * z.x, 0.5 * z.y)) + 1.3862943611198906; }

fn asinh_c64(z: c64) -> c64 {
    if is_large_c64(z) {
        return vec2<f32>(copysign_f32(log_twice_c64(z), z.x), atan2_f32(z.y, abs_f32(z.x)));
    }
    let a = sqrt_c64(vec2<f32>(1.0 + z.y, negate_f32(z.x)));
    let b = sqrt_c64(vec2<f32>(1.0 - z.y, z.x));
    return vec2<f32>(asinh_f32(a.x * b.y - b.x * a.y), atan2_f32(z.y, a.x * b.x - a.y * b.y));
}

fn acosh_c64(z: c64) -> c64 {
    if is_large_c64(z) {
        return vec2<f32>(log_twice_c64(z), atan2_f32(z.y, z.x));
    }
    let a = sqrt_c64(vec2<f32>(z.x - 1.0, z.y));
    let b = sqrt_c64(vec2<f32>(z.x + 1.0, z.y));
    return vec2<f32>(asinh_f32(a.x * b.x + a.y * b.y), 2.0 * atan2_f32(a.y, b.x));
}

fn acos_c64(z: c64) -> c64 {
    if is_large_c64(z) {
        return vec2<f32>(atan2_f32(abs_f32(z.y), z.x), copysign_f32(log_twice_c64(z), negate_f32(z.y)));
    }
    let a = sqrt_c64(vec2<f32>(1.0 - z.x, negate_f32(z.y)));
    let b = sqrt_c64(vec2<f32>(1.0 + z.x, z.y));
    return vec2<f32>(2.0 * atan2_f32(a.x, b.x), asinh_f32(b.x * a.y - b.y * a.x));
}

// For z on the right half plane.
fn atanh_right_c64(z: c64) -> c64 {
    if z.x == 0.0 && is_nan_f32(z.y) {
        return z;
    }
    let y = abs_f32(z.y);
    if max_f32(z.x, y) > ROOT_LARGE_f32 {
        let m = hypot_f32(0.5 * z.x, 0.5 * y);
        return vec2<f32>(select(0.25 * z.x / m / m, 0.0, is_inf_f32(m)), copysign_f32(1.5707963267948966, z.y));
    }
    if z.x == 1.0 && y == 0.0 {
        return vec2<f32>(infinity_f32(), z.y);
    }
    if z.x == 1.0 && y < ROOT_LEAST_f32 {
        let re = -log_f32(sqrt(y) / sqrt(hypot_f32(y, 2.0)));
        return vec2<f32>(re, copysign_f32(0.5 * atan2_f32(2.0, -y), z.y));
    }
    let below = 1.0 - z.x;
    return vec2<f32>(
        0.25 * log1p_f32(4.0 * z.x / (below * below + y * y)),
        -0.5 * atan2_f32(-2.0 * z.y, below * (1.0 + z.x) - y * y),
    );
}

fn atanh_c64(z: c64) -> c64 {
    if signbit_f32(z.x) {
        return negate_c64(atanh_right_c64(negate_c64(z)));
    }
    return atanh_right_c64(z);
}

fn asin_c64(z: c64) -> c64 { return turned_back_c64(asinh_c64(turned_c64(z))); }

fn atan_c64(z: c64) -> c64 { return turned_back_c64(atanh_c64(turned_c64(z))); }

// z^n for n from 0 to 32, by repeated squaring.
fn whole_power_c64(z: c64, n: u32) -> c64 {
    var power = ONE_c64;
    var square = z;
    var is_first = true;
    for (var bits = n; bits > 0u; bits >>= 1u) {
        if (bits & 1u) == 1u {
            power = select(op_mul_c64(power, square), square, is_first);
            is_first = false;
        }
        square = op_mul_c64(square, square);
    }
    return power;
}

// z^w = e^(w log z); 1 where w is 0, and repeated squaring for small whole w.
fn pow_c64(z: c64, w: c64) -> c64 {
    if w.y == 0.0 && abs_f32(w.x) <= 32.0 && trunc(w.x) == w.x {
        let power = whole_power_c64(z, u32(abs_f32(w.x)));
        return select(power, op_div_c64(ONE_c64, power), w.x < 0.0);
    }
    if w.y == 0.0 && abs_f32(w.x) == 0.5 {
        let root = sqrt_c64(z);
        return select(root, op_div_c64(ONE_c64, root), w.x < 0.0);
    }
    if z.x == 0.0 && z.y == 0.0 {
        return select(vec2<f32>(nan_f32(), nan_f32()), z, w.x > 0.0);
    }
    return exp_c64(op_mul_c64(w, log_c64(z)));
}
