// Arithmetic of f64; exp, log and the like, which WGSL has not, are in `float64/`. An empty line ends a declaration.

const ZERO_f64 = 0.0lf;

const ONE_f64 = 1.0lf;

fn bits_f64(x: f64) -> u64 { return bitcast<u64>(x); }

fn size_bits_f64(x: f64) -> u64 { return bits_f64(x) & 0x7ffffffffffffffflu; }

fn nan_f64() -> f64 { return bitcast<f64>(0x7ff8000000000000lu); }

fn infinity_f64() -> f64 { return bitcast<f64>(0x7ff0000000000000lu); }

const LARGE_f64 = 4.49e307lf;

const ROOT_LARGE_f64 = 6.7e153lf;

const ROOT_LEAST_f64 = 1.5e-154lf;

const SMALL_f64 = 4.0e-292lf;

const STEEP_f64 = 700.0lf;

fn is_nan_f64(x: f64) -> bool { return size_bits_f64(x) > 0x7ff0000000000000lu; }

fn is_inf_f64(x: f64) -> bool { return size_bits_f64(x) == 0x7ff0000000000000lu; }

fn signbit_f64(x: f64) -> bool { return (bits_f64(x) >> 63u) == 1lu; }

fn negate_f64(x: f64) -> f64 { return bitcast<f64>(bits_f64(x) ^ (1lu << 63u)); }

fn abs_f64(x: f64) -> f64 { return bitcast<f64>(size_bits_f64(x)); }

fn copysign_f64(x: f64, y: f64) -> f64 {
    return bitcast<f64>(size_bits_f64(x) | (bits_f64(y) & (1lu << 63u)));
}

fn sign_f64(x: f64) -> f64 { return select(select(0.0lf, 1.0lf, x > 0.0lf), -1.0lf, x < 0.0lf); }

fn sgn_f64(x: f64) -> f64 { return sign_f64(x); }

fn conj_f64(x: f64) -> f64 { return x; }

fn max_f64(x: f64, y: f64) -> f64 { return select(y, x, (x > y) | is_nan_f64(x)); }

fn min_f64(x: f64, y: f64) -> f64 { return select(y, x, (x < y) | is_nan_f64(x)); }

fn floor_f64(x: f64) -> f64 { return floor(x); }

fn ceil_f64(x: f64) -> f64 { return ceil(x); }

fn round_f64(x: f64) -> f64 { return round(x); }

fn trunc_f64(x: f64) -> f64 { return trunc(x); }

fn sqrt_f64(x: f64) -> f64 { return sqrt(x); }

fn trunc_divide_f64(x: f64, y: f64) -> f64 { return trunc(x / y); }

// x - y * trunc(x / y) with the sign of x, exact: a long division of the mantissas, 8 bits a step.
fn fmod_f64(x: f64, y: f64) -> f64 {
    let size = size_bits_f64(x);
    let divisor = size_bits_f64(y);
    if size >= 0x7ff0000000000000lu || divisor > 0x7ff0000000000000lu || divisor == 0lu {
        return nan_f64();
    }
    if size < divisor {
        return x;
    }
    let one = 1lu << 52u;
    let low = max(u32(divisor >> 52u), 1u);
    let mantissa = (divisor & (one - 1lu)) | select(0lu, one, divisor >= one);
    var rest = ((size & (one - 1lu)) | select(0lu, one, size >= one)) % mantissa;
    var steps = max(u32(size >> 52u), 1u) - low;
    while steps > 0u {
        let step = min(steps, 8u);
        rest = (rest << step) % mantissa;
        steps -= step;
    }
    var exponent = low;
    while rest > 0lu && rest < one && exponent > 1u {
        rest = rest << 1u;
        exponent -= 1u;
    }
    let bits = select(rest, (u64(exponent) << 52u) | (rest & (one - 1lu)), rest >= one);
    return copysign_f64(bitcast<f64>(bits), x);
}

// x - y * floor(x / y), with the sign of y.
fn remainder_f64(x: f64, y: f64) -> f64 {
    let rest = fmod_f64(x, y);
    return select(rest, rest + y, is_true_f64(rest) & ((rest < 0.0lf) != (y < 0.0lf)));
}

// x / y rounded down, worked out from the exact remainder; x / y itself where y is 0.
fn floor_divide_f64(x: f64, y: f64) -> f64 {
    let rest = fmod_f64(x, y);
    let rounds_down = is_true_f64(rest) & ((rest < 0.0lf) != (y < 0.0lf));
    let quotient = (x - rest) / y;
    let whole = select(quotient, quotient - 1.0lf, rounds_down);
    let below = floor(whole);
    let nearest = select(below, below + 1.0lf, whole - below > 0.5lf);
    let result = select(nearest, copysign_f64(0.0lf, x / y), whole == 0.0lf);
    return select(result, x / y, y == 0.0lf);
}
