// Arithmetic of integers, which wraps; a division by 0 is 0. bool, uint8, int8 and int16 compute in i32. An empty line ends a
// declaration.

const ZERO_i32 = 0i;

const ONE_i32 = 1i;

fn is_nan_i32(x: i32) -> bool { return false; }

fn is_inf_i32(x: i32) -> bool { return false; }

fn signbit_i32(x: i32) -> bool { return x < 0; }

fn negate_i32(x: i32) -> i32 { return -x; }

fn abs_i32(x: i32) -> i32 { return abs(x); }

fn sign_i32(x: i32) -> i32 { return sign(x); }

fn max_i32(x: i32, y: i32) -> i32 { return max(x, y); }

fn min_i32(x: i32, y: i32) -> i32 { return min(x, y); }

fn bitwise_not_i32(x: i32) -> i32 { return ~x; }

// 0 where y is not within the bits of x.
fn shift_left_i32(x: i32, y: i32) -> i32 { return select(0, x << (u32(y) & 31u), (y >= 0) & (y < 32)); }

// The sign where y is not within the bits of x.
fn shift_right_i32(x: i32, y: i32) -> i32 { return x >> select(31u, u32(y) & 31u, (y >= 0) & (y < 32)); }

fn sgn_i32(x: i32) -> i32 { return sign_i32(x); }

fn conj_i32(x: i32) -> i32 { return x; }

// x / y towards zero; 0 if y is 0, and the smallest integer over -1 is itself.
fn trunc_divide_i32(x: i32, y: i32) -> i32 {
    let divisor = select(y, ONE_i32, (y == ZERO_i32) | (y == -ONE_i32));
    return select(select(x / divisor, -x, y == -ONE_i32), ZERO_i32, y == ZERO_i32);
}

fn fmod_i32(x: i32, y: i32) -> i32 {
    return select(x - trunc_divide_i32(x, y) * y, ZERO_i32, y == ZERO_i32);
}

fn floor_divide_i32(x: i32, y: i32) -> i32 {
    let quotient = trunc_divide_i32(x, y);
    let rest = fmod_i32(x, y);
    return select(quotient, quotient - ONE_i32, !(rest == ZERO_i32) & ((rest ^ y) < ZERO_i32));
}

fn remainder_i32(x: i32, y: i32) -> i32 {
    let rest = fmod_i32(x, y);
    return select(rest, rest + y, !(rest == ZERO_i32) & ((rest ^ y) < ZERO_i32));
}

// x ^ y, wrapping; a power below 0 is what is left of the fraction: 0 except for 1 and -1.
fn pow_i32(x: i32, y: i32) -> i32 {
    var power = ONE_i32;
    var square = x;
    var bits = max_i32(y, ZERO_i32);
    while bits > ZERO_i32 {
        power = select(power, power * square, (bits & ONE_i32) == ONE_i32);
        square = square * square;
        bits = bits >> 1u;
    }
    let is_odd = (y & ONE_i32) == ONE_i32;
    let reciprocal = select(ZERO_i32, select(ONE_i32, x, is_odd), (x == ONE_i32) | (x == -ONE_i32));
    return select(power, reciprocal, y < ZERO_i32);
}

fn gcd_i32(x: i32, y: i32) -> i32 {
    var a = bitcast<u32>(abs_i32(x));
    var b = bitcast<u32>(abs_i32(y));
    while b > u32(0u) {
        let rest = a % b;
        a = b;
        b = rest;
    }
    return bitcast<i32>(a);
}

fn lcm_i32(x: i32, y: i32) -> i32 { return abs_i32(trunc_divide_i32(x, gcd_i32(x, y)) * y); }

const ZERO_i64 = 0li;

const ONE_i64 = 1li;

fn is_nan_i64(x: i64) -> bool { return false; }

fn is_inf_i64(x: i64) -> bool { return false; }

fn signbit_i64(x: i64) -> bool { return x < 0li; }

fn negate_i64(x: i64) -> i64 { return -x; }

fn abs_i64(x: i64) -> i64 { return select(x, -x, x < 0li); }

fn sign_i64(x: i64) -> i64 { return select(select(0li, 1li, x > 0li), -1li, x < 0li); }

fn max_i64(x: i64, y: i64) -> i64 { return select(y, x, x > y); }

fn min_i64(x: i64, y: i64) -> i64 { return select(y, x, x < y); }

fn bitwise_not_i64(x: i64) -> i64 { return -1li - x; }

fn shift_left_i64(x: i64, y: i64) -> i64 { return select(0li, x << (u32(y) & 63u), (y >= 0li) & (y < 64li)); }

fn shift_right_i64(x: i64, y: i64) -> i64 { return x >> select(63u, u32(y) & 63u, (y >= 0li) & (y < 64li)); }

fn sgn_i64(x: i64) -> i64 { return sign_i64(x); }

fn conj_i64(x: i64) -> i64 { return x; }

// x / y towards zero; 0 if y is 0, and the smallest integer over -1 is itself.
fn trunc_divide_i64(x: i64, y: i64) -> i64 {
    let divisor = select(y, ONE_i64, (y == ZERO_i64) | (y == -ONE_i64));
    return select(select(x / divisor, -x, y == -ONE_i64), ZERO_i64, y == ZERO_i64);
}

fn fmod_i64(x: i64, y: i64) -> i64 {
    return select(x - trunc_divide_i64(x, y) * y, ZERO_i64, y == ZERO_i64);
}

fn floor_divide_i64(x: i64, y: i64) -> i64 {
    let quotient = trunc_divide_i64(x, y);
    let rest = fmod_i64(x, y);
    return select(quotient, quotient - ONE_i64, !(rest == ZERO_i64) & ((rest ^ y) < ZERO_i64));
}

fn remainder_i64(x: i64, y: i64) -> i64 {
    let rest = fmod_i64(x, y);
    return select(rest, rest + y, !(rest == ZERO_i64) & ((rest ^ y) < ZERO_i64));
}

// x ^ y, wrapping; a power below 0 is what is left of the fraction: 0 except for 1 and -1.
fn pow_i64(x: i64, y: i64) -> i64 {
    var power = ONE_i64;
    var square = x;
    var bits = max_i64(y, ZERO_i64);
    while bits > ZERO_i64 {
        power = select(power, power * square, (bits & ONE_i64) == ONE_i64);
        square = square * square;
        bits = bits >> 1u;
    }
    let is_odd = (y & ONE_i64) == ONE_i64;
    let reciprocal = select(ZERO_i64, select(ONE_i64, x, is_odd), (x == ONE_i64) | (x == -ONE_i64));
    return select(power, reciprocal, y < ZERO_i64);
}

fn gcd_i64(x: i64, y: i64) -> i64 {
    var a = bitcast<u64>(abs_i64(x));
    var b = bitcast<u64>(abs_i64(y));
    while b > u64(0u) {
        let rest = a % b;
        a = b;
        b = rest;
    }
    return bitcast<i64>(a);
}

fn lcm_i64(x: i64, y: i64) -> i64 { return abs_i64(trunc_divide_i64(x, gcd_i64(x, y)) * y); }
