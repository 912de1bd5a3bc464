//! Integers: every pair of 8-bit numbers, and the edges of the wider types.

use super::super::*;

/// Checks a function of two numbers of a type against the same in i128, narrowed as wrapping narrows; 0 where `reference` is None.
macro_rules! sweep {
    ($type:ty, $values:expr, $($name:ident: $reference:expr;)*) => {$(
        for x in $values {
            for y in $values {
                let reference: fn(i128, i128) -> Option<i128> = $reference;
                let expected = reference(x as i128, y as i128).unwrap_or(0) as $type;
                assert_eq!($name(x as $type, y as $type), expected, "{}: {x}, {y}", stringify!($name));
            }
        }
    )*};
}

/// Divisions, powers (of exponents above 0) and divisors for one type.
macro_rules! check {
    ($type:ty, $values:expr) => {
        sweep!($type, $values,
            floor_divide: |x, y| x.checked_rem_euclid(y).map(|_| x.div_euclid(y) - i128::from(y < 0 && x.rem_euclid(y) != 0));
            trunc_divide: |x, y| x.checked_div(y);
            remainder: |x, y| x.checked_rem(y).map(|rest| if rest != 0 && (rest < 0) != (y < 0) { rest + y } else { rest });
            fmod: |x, y| x.checked_rem(y);
            gcd: |x, y| Some(divisor(x, y));
            lcm: |x, y| x.checked_div(divisor(x, y)).map(|x| ((x * y) as $type as i128).abs());
            shift_left: |x, y| (0..<$type>::BITS as i128).contains(&y).then(|| x << y);
            shift_right: |x, y| Some(x >> if (0..<$type>::BITS as i128).contains(&y) { y } else { 127 });
            max: |x, y| Some(x.max(y));
            min: |x, y| Some(x.min(y));
        );
    };
}

fn divisor(x: i128, y: i128) -> i128 {
    if y == 0 { x.abs() } else { divisor(y, x % y) }
}

/// 0, powers of two and their neighbours up to the ends of a type, and some numbers between.
fn edges(bits: u32) -> Vec<i64> {
    let around = (0..bits).flat_map(|bit| (-2..=2).map(move |offset| (1_i64 << bit).wrapping_add(offset)));
    around.chain([10, 1_000_003, 123_456_789_012]).flat_map(|x| [x, x.wrapping_neg()]).collect()
}

#[test]
fn eight_bits() {
    check!(u8, 0..=u8::MAX);
    check!(i8, i8::MIN..=i8::MAX);
}

#[test]
fn wider() {
    check!(i16, edges(16).into_iter().map(|x| x as i16));
    check!(i32, edges(32).into_iter().map(|x| x as i32));
    check!(i64, edges(64).into_iter());
}

#[test]
fn powers_wrap_and_negative_ones_truncate() {
    assert_eq!(
        [pow(3_i64, 41), pow(-2, 63), pow(-3, 41), pow(10, 30)],
        [3_i64.wrapping_pow(41), i64::MIN, -(3_i64.wrapping_pow(41)), 10_i64.wrapping_pow(30)]
    );
    assert_eq!([pow(0, -1), pow(1, -5), pow(-1, -3), pow(-1, -4), pow(2, -1), pow(0, 0)], [0, 1, -1, 1, 0, 1]);
    assert_eq!([pow(255_u8, 2), pow(255_u8, 255), pow(3_u8, 200)], [1, 255, 3_u8.wrapping_pow(200)]);
    for (x, y) in (i8::MIN..=i8::MAX).flat_map(|x| (0..=i8::MAX).map(move |y| (x, y))) {
        assert_eq!(pow(x, y), x.wrapping_pow(y as u32), "{x} ^ {y}");
    }
}

#[test]
fn signs() {
    assert_eq!([abs(i8::MIN), negate(i8::MIN), sign(i8::MIN), sign(0), sign(5)], [i8::MIN, i8::MIN, -1, 0, 1]);
    assert_eq!([abs(200_u8), negate(200), sign(200), sign(0), bitwise_not(1)], [200, 56, 1, 0, 254]);
    assert!(signbit(-1_i32) && !signbit(1_i32) && !signbit(255_u8) && !is_nan(1_i64) && !is_inf(i32::MAX));
}
