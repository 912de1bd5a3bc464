// Bessel functions of f32 beyond I_0 and I_1, and Airy's: polynomials fitted over the ranges that are named, in a t that runs
// from -1 to 1. The ends of the range are the CPU's. An empty line ends a declaration.

// J_0(x) up to 5.
fn bessel_j0_inner(x: f32) -> f32 {
    let t = 0.08 * x * x - 1.0;
    var p = 0.00113435243 + t * (-0.0000771884612 + t * 0.00000394116937);
    p = 0.709416003 + t * (-0.36018084 + t * (0.0853918275 + t * (-0.0120349484 + t * p)));
    return -0.38474451 + t * (-0.216505408 + t * p);
}

// J_1(x) up to 5.
fn bessel_j1_inner(x: f32) -> f32 {
    let t = 0.08 * x * x - 1.0;
    let p = 0.00962788784 + t * (-0.00108897529 + t * (0.0000865078103 - t * 0.00000504672443));
    return x * (0.0346408645 + t * (-0.227013121 + t * (0.172886824 + t * (-0.0546507709 + t * p))));
}

// Y_0(x) up to 5: what its logarithm leaves is even and smooth.
fn bessel_y0_inner(x: f32) -> f32 {
    let t = 0.08 * x * x - 1.0;
    var p = -0.00130223132 + t * (0.0000965418585 - t * 0.00000527070718);
    p = -0.157531513 + t * (0.229579105 + t * (-0.0738358752 + t * (0.0123241766 + t * p)));
    p = 0.313948186 + t * (-0.528193434 + t * p);
    return 0.63661977 * log_f32(0.5 * x) * bessel_j0_inner(x) + p;
}

// Y_1(x) up to 5.
fn bessel_y1_inner(x: f32) -> f32 {
    let t = 0.08 * x * x - 1.0;
    var p = -0.00918440882 + t * (0.00118824386 + t * (-0.000104069003 + t * 0.00000654056356));
    p = 0.155035409 + t * (-0.00908784447 + t * (-0.0868303302 + t * (0.0422311495 + t * p)));
    return 0.63661977 * (log_f32(0.5 * x) * bessel_j1_inner(x) - 1.0 / x) + x * p;
}

// J_0(x) and Y_0(x) from 5 on, by Hankel's P and Q. Here and below Q is the CPU's, which is PyTorch's: 1e-6 from exact at 5.
fn bessel_outer_0(x: f32) -> vec2<f32> {
    let u = 5.0 / x;
    let t = 2.0 * u * u - 1.0;
    let p = 0.998634766 + t * (-0.00132747581 + t * (0.000034910205 + t * (-0.00000252774685 + t * 3.15906047e-7)));
    let q = -0.024723042 + t * (0.000262576116 + t * (-0.0000131392734 + t * (9.47747857e-7 - t * 2.90549033e-7)));
    let sum = sin_f32(x) + cos_f32(x);
    let difference = sin_f32(x) - cos_f32(x);
    return vec2<f32>(p * sum - u * q * difference, p * difference + u * q * sum) * (0.56418958 / sqrt(x));
}

// J_1(x) and Y_1(x) from 5 on.
fn bessel_outer_1(x: f32) -> vec2<f32> {
    let u = 5.0 / x;
    let t = 2.0 * u * u - 1.0;
    let p = 1.00229065 + t * (0.00224144354 + t * (-0.0000457748629 + t * (0.00000305567269 - t * 3.67174819e-7)));
    let q = 0.0746095968 + t * (-0.000372384435 + t * (0.0000168536941 + t * (-7.16056181e-7 + t * 4.43101154e-7)));
    let sum = sin_f32(x) + cos_f32(x);
    let difference = sin_f32(x) - cos_f32(x);
    return vec2<f32>(p * difference + u * q * sum, u * q * difference - p * sum) * (0.56418958 / sqrt(x));
}

// `value` where x is finite and above 0, `pole` at 0, else NaN.
fn above_pole(x: f32, value: f32, pole: u32) -> f32 {
    let edge = select(value, bitcast<f32>(pole), !is_true_f32(x));
    return select(edge, bitcast<f32>(0x7fc00000u), is_nan_f32(x) | (signbit_f32(x) & is_true_f32(x)));
}

fn bessel_j0_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    if size < 5.0 {
        return bessel_j0_inner(size);
    }
    return of_angle(x, bessel_outer_0(size).x);
}

fn bessel_j1_f32(x: f32) -> f32 {
    let size = abs_f32(x);
    if size < 5.0 {
        return bessel_j1_inner(x);
    }
    let value = bessel_outer_1(size).x;
    return of_angle(x, select(value, -value, signbit_f32(x)));
}

fn bessel_y0_f32(x: f32) -> f32 {
    if x < 5.0 {
        return above_pole(x, bessel_y0_inner(x), 0xff800000u);
    }
    return of_angle(x, bessel_outer_0(x).y);
}

fn bessel_y1_f32(x: f32) -> f32 {
    if x < 5.0 {
        return above_pole(x, bessel_y1_inner(x), 0xff800000u);
    }
    return of_angle(x, bessel_outer_1(x).y);
}

// K_0(x) up to 2.
fn bessel_k0_inner(x: f32) -> f32 {
    let t = 0.5 * x * x - 1.0;
    var p = 0.0717769761 + t * (0.00505339206 + t * (0.000182896968 + t * 0.00000405566573));
    p = -0.303620771 + t * (0.340497321 + t * p);
    return p - log_f32(0.5 * x) * bessel_i0_inner(x);
}

// K_1(x) up to 2.
fn bessel_k1_inner(x: f32) -> f32 {
    let t = 0.5 * x * x - 1.0;
    var p = -0.0132546404 + t * (-0.000672474624 + t * (-0.0000191164734 - t * 3.49657104e-7));
    p = -0.0574558563 + t * (-0.108664621 + t * p);
    return 1.0 / x + (log_f32(0.5 * x) * bessel_i1_inner(x) + x * p);
}

// e^x K_0(x) from 2 on.
fn bessel_k0_outer(x: f32) -> f32 {
    let t = 4.0 / x - 1.0;
    var p = 0.0000983178043 + t * (-0.0000240883397 + t * (0.00000885380365 - t * 0.00000298271353));
    p = 1.21859533 + t * (-0.0310714474 + t * (0.00303314953 + t * (-0.000479956747 + t * p)));
    return p / sqrt(x);
}

// e^x K_1(x) from 2 on.
fn bessel_k1_outer(x: f32) -> f32 {
    let t = 4.0 / x - 1.0;
    var p = -0.000138086427 + t * (0.0000320737449 + t * (-0.0000112062739 + t * 0.00000367429384));
    p = 1.3631519 + t * (0.103349721 + t * (-0.00556704141 + t * (0.000735947382 + t * p)));
    return p / sqrt(x);
}

// `value` where x is finite and above 0; infinite at 0, 0 at infinity, NaN below 0.
fn second_kind(x: f32, value: f32) -> f32 {
    return above_pole(x, select(value, 0.0, is_inf_f32(x)), 0x7f800000u);
}

fn bessel_k0_f32(x: f32) -> f32 {
    return second_kind(x, select(bessel_k0_outer(x) * exp_f32(-x), bessel_k0_inner(x), x <= 2.0));
}

fn bessel_k1_f32(x: f32) -> f32 {
    return second_kind(x, select(bessel_k1_outer(x) * exp_f32(-x), bessel_k1_inner(x), x <= 2.0));
}

fn bessel_k0e_f32(x: f32) -> f32 {
    return second_kind(x, select(bessel_k0_outer(x), bessel_k0_inner(x) * exp_f32(x), x <= 2.0));
}

fn bessel_k1e_f32(x: f32) -> f32 {
    return second_kind(x, select(bessel_k1_outer(x), bessel_k1_inner(x) * exp_f32(x), x <= 2.0));
}

// 2/3 x^(3/2) in two parts.
fn airy_angle(x: f32) -> vec2<f32> {
    let root = sqrt(x);
    let square = two_product(root, root);
    let lost = ((x - square.x) - square.y) / (2.0 * root);
    return multiply_parts(two_product(x, root) + vec2<f32>(0.0, x * lost), vec2<f32>(0.6666667, -1.98682149e-8));
}

// Ai(x) from 1 on.
fn airy_above(x: f32) -> f32 {
    let root = sqrt(x);
    let t = 2.0 / (x * root) - 1.0;
    var p = 0.0000172408230 + t * (-0.00000441455456 + t * (0.0000170833392 - t * 0.0000107708246));
    p = -0.000452191781 + t * (0.000163295575 + t * (-0.0000684408481 + t * p));
    p = 0.270998898 + t * (-0.00875474998 + t * (0.0016076847 + t * p));
    let angle = airy_angle(x);
    return p * exp_scaled(-angle.x, -angle.y, 0) / sqrt(root);
}

// Ai(-x) from 2 on.
fn airy_below(x: f32) -> f32 {
    let root = sqrt(x);
    let u = 1.0 / (x * root);
    let t = 16.0 * u * u - 1.0;
    var p = 0.0000271935780 + t * (-0.00000726047538 + t * (0.00000192970393 + t * (-0.00000483086989 + t * 0.00000313243326)));
    p = 0.995527788 + t * (-0.00393762629 + t * (0.000403252403 + t * (-0.0000869721838 + t * p)));
    var q = 0.00000345300122 + t * (0.0000042999851 + t * (0.0000166163011 - t * 0.0000124464355));
    q = -0.000230794555 + t * (0.00008950821 + t * (-0.0000424653695 + t * q));
    q = u * (0.0980960374 + t * (-0.00484733637 + t * (0.000832275387 + t * q)));
    let angle = airy_angle(x);
    let sin = sin_f32(angle.x) * cos_f32(angle.y) + cos_f32(angle.x) * sin_f32(angle.y);
    let cos = cos_f32(angle.x) * cos_f32(angle.y) - sin_f32(angle.x) * sin_f32(angle.y);
    return 0.39894228 * ((cos + sin) * p + (sin - cos) * q) / sqrt(root);
}

// Airy's Ai(x); NaN at both infinities. Below -1e24, where no two floats are on the same wave, 0, the mean.
fn airy_ai_f32(x: f32) -> f32 {
    if is_nan_f32(x) || is_inf_f32(x) {
        return bitcast<f32>(0x7fc00000u);
    }
    if abs_f32(x) > 1.0e24 {
        return 0.0;
    }
    if x > 1.0 {
        return airy_above(x);
    }
    if x < -2.0 {
        return airy_below(-x);
    }
    let t = (x + 0.5) / 1.5;
    var p = -0.0000472063050 + t * (-0.00015637999 + t * 0.0000371139641);
    p = 0.0388534488 + t * (-0.00319869001 + t * (-0.00461417402 + t * (0.00186428546 + t * p)));
    p = -0.267597014 + t * (0.32499521 + t * (-0.0610103373 + t * (-0.0634394193 + t * p)));
    return 0.475728091 + t * (-0.306122512 + t * p);
}
