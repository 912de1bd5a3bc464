// A number of (0, 1].
fn unit(x: u32, y: u32) -> f64 {
    let bits = join_u64(x, 0u) ^ (join_u64(y, 0u) << 21u);
    return f64(bits) * 1.1102230246251565e-16lf + 5.551115123125783e-17lf;
}

fn parameter(i: u32) -> f64 { return join_f64(parameter_word(2u * i), parameter_word(2u * i + 1u)); }

fn uniform_number(u: f64) -> f64 {
    let x = u * (parameter(1u) - parameter(0u)) + parameter(0u);
    return select(x, parameter(0u), x == parameter(1u));
}

// The logarithm of x in (0, 1], not subnormal: with x = 2^n m and m near 1, log m is a series in (m - 1) / (m + 1).
fn log_of_unit(x: f64) -> f64 {
    let bits = bitcast<u64>(x);
    var n = i32(bits >> 52u) - 1023;
    var m = bitcast<f64>((bits & 0xffffffffffffflu) | 0x3ff0000000000000lu);
    if (m > 1.4142135623730951lf) {
        m *= 0.5lf;
        n += 1;
    }
    let s = (m - 1.0lf) / (m + 1.0lf);
    var sum = 0.0lf;
    for (var k = 12; k >= 0; k--) {
        sum = sum * s * s + 1.0lf / f64(2 * k + 1);
    }
    return f64(n) * 0.6931471805599453lf + 2.0lf * s * sum;
}

fn exponential_number(u: f64) -> f64 {
    let x = select(log_of_unit(u), -1.1102230246251565e-16lf, u >= 0.9999999999999999lf);
    return -1.0lf / parameter(0u) * x;
}

// The sine and the cosine of pi v, for v in [0, 2].
fn sine_and_cosine(v: f64) -> vec2<f64> {
    let quarter = floor(2.0lf * v + 0.5lf);
    let r = (v - 0.5lf * quarter) * 3.141592653589793lf;
    var sine = 1.0lf;
    var cosine = 1.0lf;
    for (var k = 9; k > 0; k--) {
        sine = 1.0lf - sine * r * r / f64(2 * k * (2 * k + 1));
        cosine = 1.0lf - cosine * r * r / f64(2 * k * (2 * k - 1));
    }
    sine *= r;
    switch i32(quarter) & 3 {
        case 0: { return vec2<f64>(sine, cosine); }
        case 1: { return vec2<f64>(cosine, -sine); }
        case 2: { return vec2<f64>(-sine, -cosine); }
        default: { return vec2<f64>(-cosine, sine); }
    }
}

fn normal_law(bits: vec4<u32>) -> array<f64, 2> {
    let square = -2.0lf * log_of_unit(unit(bits.x, bits.y));
    let turn = sine_and_cosine(2.0lf * unit(bits.z, bits.w));
    let radius = sqrt(select(0.0lf, square, square > 0.0lf)) * parameter(1u);
    return array<f64, 2>(turn.x * radius + parameter(0u), turn.y * radius + parameter(0u));
}
