// Special functions of f64, as on the CPU; the polynomials of erf and lgamma are fdlibm's (Sun Microsystems, 1993). An empty line
// ends a declaration.

// (erf(x) - x) / x up to 0.84375, of z = x^2.
fn erf_excess_f64(z: f64) -> f64 {
    let top = 0.12837916709551256 + z * (-0.3250421072470015 + z * (-0.02848174957559851 + z * (-0.005770270296489442
        - z * 0.000023763016656650163)));
    return top / (1.0 + z * (0.39791722395915535 + z * (0.0650222499887673 + z * (0.005081306281875766
        + z * (0.00013249473800432164 - z * 3.960228278775368e-6)))));
}

// erfc(x) from 0.84375 on: 1 - erf(1) less a fraction around 1, then e^(-x^2) / x times fractions of 1 / x^2.
fn erfc_far_f64(x: f64) -> f64 {
    if x < 1.25 {
        let s = x - 1.0;
        let top = -0.0023621185607526594 + s * (0.41485611868374833 + s * (-0.3722078760357013 + s * (0.31834661990116175
            + s * (-0.11089469428239668 + s * (0.035478304325618236 - s * 0.002166375594868791)))));
        let bottom = 1.0 + s * (0.10642088040084423 + s * (0.540397917702171 + s * (0.07182865441419627
            + s * (0.12617121980876164 + s * (0.01363708391202905 + s * 0.011984499846799107)))));
        return 1.0 - 0.8450629115104675 - top / bottom;
    }
    let s = 1.0 / (x * x);
    var ratio = (-0.009864944034847148 + s * (-0.6938585727071818 + s * (-10.558626225323291 + s * (-62.375332450326006
        + s * (-162.39666946257347 + s * (-184.60509290671104 + s * (-81.2874355063066 - s * 9.814329344169145))))))) / (1.0
        + s * (19.651271667439257 + s * (137.65775414351904 + s * (434.56587747522923 + s * (645.3872717332679
        + s * (429.00814002756783 + s * (108.63500554177944 + s * (6.570249770319282 - s * 0.0604244152148581))))))));
    if x >= 2.857142857142857 {
        ratio = (-0.0098649429247001 + s * (-0.799283237680523 + s * (-17.757954917754752 + s * (-160.63638485582192
            + s * (-637.5664433683896 + s * (-1025.0951316110772 - s * 483.5191916086514)))))) / (1.0
            + s * (30.33806074348246 + s * (325.7925129965739 + s * (1536.729586084437 + s * (3199.8582195085955
            + s * (2553.0504064331644 + s * (474.52854120695537 - s * 22.44095244658582)))))));
    }
    let z = bitcast<f64>(bits_f64(x) & 0xffffffff00000000lu);
    return exp_f64(-z * z - 0.5625) * exp_f64((z - x) * (z + x) + ratio) / x;
}

fn erf_f64(x: f64) -> f64 {
    let size = abs_f64(x);
    if size < 0.84375 {
        return x + x * erf_excess_f64(x * x);
    }
    return select(copysign_f64(1.0 - erfc_far_f64(min(size, 6.0)), x), x, is_nan_f64(x));
}

fn erfc_f64(x: f64) -> f64 {
    let size = abs_f64(x);
    if is_nan_f64(x) {
        return x;
    }
    if size < 0.84375 {
        let y = x * erf_excess_f64(x * x);
        return select(0.5 - (x - 0.5 + y), 1.0 - (x + y), x < 0.25);
    }
    let far = select(erfc_far_f64(min(size, 28.0)), 0.0, size >= 28.0);
    return select(far, 2.0 - far, x < 0.0);
}

// e^(x^2) erfc(x): as it stands where both factors can be told, else the asymptotic series (DLMF 7.12.1).
fn erfcx_f64(x: f64) -> f64 {
    if x < 25.0 {
        let square = two_product_f64(x, x);
        return select(exp_sum_f64(square.x, square.y) * erfc_f64(x), infinity_f64(), x < -27.0);
    }
    let w = 0.5 / (x * x);
    return (1.0 - w * (1.0 - 3.0 * w * (1.0 - 5.0 * w * (1.0 - 7.0 * w * (1.0 - 9.0 * w))))) / (x * 1.7724538509055159);
}

// erfinv(x) / x as a function of w = -log(1 - x^2), to 2^-20.
fn erfinv_slope_f64(w: f64) -> f64 {
    if w > 5.0 {
        let u = sqrt(w) - 3.0;
        return 2.832976801362692 + u * (1.0016752348497817 + u * (0.0094453093960362 + u * (-0.007642717126613909
            + u * (0.005687628358933904 + u * (-0.003567400992206808 + u * (0.0014754277496283486
            + u * (-0.00011931450642913538 + u * (-0.0002781422874806554 + u * (0.00015998630307830956
            - u * 2.901869554530427e-05)))))))));
    }
    let t = w - 2.5;
    return 1.5014093535018642 + t * (0.2466402879398893 + t * (-0.004177339166745319 + t * (-0.0012527454720728441
        + t * (0.0002182821411182302 + t * (-4.961352489035537e-06 + t * (-3.434308354454433e-06 + t * (4.65753312181298e-07
        + t * (1.796638496285272e-08 + t * (-8.761583409557512e-09 + t * 3.410529261371349e-10)))))))));
}

// The inverse of erf by two steps of Halley's method; infinite at +-1, NaN beyond.
fn erfinv_f64(x: f64) -> f64 {
    let size = abs_f64(x);
    if !(size < 1.0) {
        return select(nan_f64(), copysign_f64(infinity_f64(), x), size == 1.0);
    }
    var root = size * erfinv_slope_f64(-log_f64((1.0 - size) * (1.0 + size)));
    for (var k = 0u; k < 2u; k++) {
        let error = select((1.0 - size) - erfc_f64(root), erf_f64(root) - size, size < 0.5);
        let step = error * exp_f64(root * root) * 0.8862269254527579;
        root -= step / (1.0 + root * step);
    }
    return copysign_f64(root, x);
}

// For p from 0 to 1/2: a rational estimate good to 1e-9 (P. J. Acklam), then one step of Halley's method.
fn ndtri_below_half_f64(p: f64) -> f64 {
    if p == 0.0 {
        return negate_f64(infinity_f64());
    }
    let d = p - 0.5;
    let z = d * d;
    var x = d * (2.506628277459239 + z * (-30.66479806614716 + z * (138.357751867269 + z * (-275.9285104469687
        + z * (220.9460984245205 - z * 39.69683028665376))))) / (1.0 + z * (-13.28068155288572 + z * (66.80131188771972
        + z * (-155.6989798598866 + z * (161.5858368580409 - z * 54.47609879822406)))));
    if p < 0.02425 {
        let r = sqrt(-2.0 * log_f64(p));
        x = (2.938163982698783 + r * (4.374664141464968 + r * (-2.549732539343734 + r * (-2.400758277161838
            + r * (-0.3223964580411365 - r * 0.007784894002430293))))) / (1.0 + r * (3.754408661907416
            + r * (2.445134137142996 + r * (0.3224671290700398 + r * 0.007784695709041462))));
    }
    if x < -37.0 {
        return x;
    }
    let error = 0.5 * erfc_f64(x * -0.7071067811865475) - p;
    let step = error * 2.5066282746310002 * exp_f64(0.5 * x * x);
    return x - step / (1.0 + 0.5 * x * step);
}

// The x below which a normal variable falls with probability p; NaN outside [0, 1].
fn ndtri_f64(p: f64) -> f64 {
    if !((p >= 0.0) & (p <= 1.0)) {
        return nan_f64();
    }
    let value = ndtri_below_half_f64(min(p, 1.0 - p));
    return select(value, negate_f64(value), p > 0.5);
}

// |sin(pi x)|; 0 for every integer.
fn sin_pi_magnitude_f64(x: f64) -> f64 {
    let fraction = abs_f64(x - round(x));
    let r = 3.141592653589793 * select(fraction, 0.5 - fraction, fraction > 0.25);
    return select(sin_near_zero_f64(r, 0.0), cos_near_zero_f64(r, 0.0), fraction > 0.25);
}

// lgamma(2 - y) for y up to 0.27
fn lgamma_below_two_f64(y: f64) -> f64 {
    let z = y * y;
    let even = 0.07721566490153287 + z * (0.06735230105312927 + z * (0.007385550860814029 + z * (0.001192707631833621
        + z * (0.00022086279071390839 + z * 0.000025214456545125733))));
    let odd = z * (0.3224670334241136 + z * (0.020580808432516733 + z * (0.0028905138367341563 + z * (0.0005100697921535113
        + z * (0.00010801156724758394 + z * 0.000044864094961891516)))));
    return (y * even + odd) - 0.5 * y;
}

// lgamma around its least value, y from there.
fn lgamma_at_least_f64(y: f64) -> f64 {
    let z = y * y;
    let w = z * y;
    let p = 0.48383612272381005 + w * (-0.032788541075985965 + w * (0.006100538702462913 + w * (-0.0014034646998923284
        + w * 0.00031563207090362595)));
    let q = -0.1475877229945939 + w * (0.01797067508118204 + w * (-0.0036845201678113826 + w * (0.000881081882437654
        - w * 0.00031275416837512086)));
    let r = 0.06462494023913339 + w * (-0.010314224129834144 + w * (0.0022596478090061247 + w * (-0.0005385953053567405
        + w * 0.0003355291926355191)));
    return -0.12148629053584961 + (z * p - (-3.638676997039505e-18 - w * (q + y * r)));
}

// lgamma(1 + y)
fn lgamma_above_one_f64(y: f64) -> f64 {
    let top = y * (-0.07721566490153287 + y * (0.6328270640250934 + y * (1.4549225013723477 + y * (0.9777175279633727
        + y * (0.22896372806469245 + y * 0.013381091853678766)))));
    let bottom = 1.0 + y * (2.4559779371304113 + y * (2.128489763798934 + y * (0.7692851504566728 + y * (0.10422264559336913
        + y * 0.003217092422824239))));
    return top / bottom - 0.5 * y;
}

// lgamma(2 + y) for y up to 1
fn lgamma_above_two_f64(y: f64) -> f64 {
    let top = y * (-0.07721566490153287 + y * (0.21498241596060885 + y * (0.325778796408931 + y * (0.14635047265246445
        + y * (0.02664227030336386 + y * (0.0018402845140733772 + y * 0.00003194753265841009))))));
    let bottom = 1.0 + y * (1.3920053346762105 + y * (0.7219355475671381 + y * (0.17193386563280308
        + y * (0.01864591917156529 + y * (0.0007779424963818936 + y * 7.326684307446256e-6)))));
    return 0.5 * y + top / bottom;
}

// log(gamma(x)) for x > 0
fn lgamma_above_zero_f64(x: f64) -> f64 {
    if x < 0.9 {
        if x >= 0.7316 {
            return lgamma_below_two_f64(1.0 - x) - log_f64(x);
        }
        if x >= 0.23164 {
            return lgamma_at_least_f64(x - 0.46163214496836225) - log_f64(x);
        }
        return lgamma_above_one_f64(x) - log_f64(x);
    }
    if x < 2.0 {
        if x >= 1.7316 {
            return lgamma_below_two_f64(2.0 - x);
        }
        if x >= 1.23164 {
            return lgamma_at_least_f64(x - 1.4616321449683622);
        }
        return lgamma_above_one_f64(x - 1.0);
    }
    if x < 8.0 {
        let y = x - floor(x);
        var product = 1.0lf;
        for (var k = 2.0lf; k + 1.0 <= x; k += 1.0) {
            product *= y + k;
        }
        return lgamma_above_two_f64(y) + log_f64(product);
    }
    let w = 1.0 / x;
    let z = w * w;
    let series = 0.08333333333333297 + z * (-0.0027777777772877554 + z * (0.0007936505586430196 + z * (-0.00059518755745034
        + z * (0.0008363399189962821 - z * 0.0016309293409657527))));
    let value = (x - 0.5) * (log_f64(x) - 1.0) + (0.4189385332046727 + w * series);
    return select(value, x * (log_f64(x) - 1.0), x > 2.0e17);
}

// log |gamma(x)|; infinite at 0, at the negative integers and at both infinities.
fn lgamma_f64(x: f64) -> f64 {
    if is_nan_f64(x) {
        return x;
    }
    if is_inf_f64(x) || (x <= 0.0 && floor(x) == x) {
        return infinity_f64();
    }
    if x > 0.0 {
        return lgamma_above_zero_f64(x);
    }
    if x > -1.0e-20 {
        return -log_f64(-x);
    }
    return log_f64(3.141592653589793 / (sin_pi_magnitude_f64(x) * -x)) - lgamma_above_zero_f64(-x);
}

// psi(x) for x > 0: recurrence up to 10, then the asymptotic series.
fn digamma_above_zero_f64(start: f64) -> f64 {
    var x = start;
    var shift = 0.0lf;
    while x < 10.0 {
        shift -= 1.0 / x;
        x += 1.0;
    }
    let z = 1.0 / (x * x);
    let series = z * (0.08333333333333333 + z * (-0.008333333333333333 + z * (0.003968253968253968
        + z * (-0.004166666666666667 + z * (0.007575757575757576 + z * (-0.021092796092796094 + z * (0.08333333333333333
        - z * 0.4432598039215686)))))));
    return shift + log_f64(x) - 0.5 / x - series;
}

// psi(x), the derivative of lgamma; infinite at 0, NaN at the negative integers.
fn digamma_f64(x: f64) -> f64 {
    if x == 0.0 {
        return copysign_f64(infinity_f64(), negate_f64(x));
    }
    if is_nan_f64(x) {
        return x;
    }
    if x < 0.0 {
        let fraction = x - round(x);
        if fraction == 0.0 || is_inf_f64(x) {
            return nan_f64();
        }
        return digamma_above_zero_f64(1.0 - x) - 3.141592653589793 / tan_f64(3.141592653589793 * fraction);
    }
    return digamma_above_zero_f64(x);
}
