//! Bessel functions of the first and second kind, J and Y, of orders 0 and 1.
//!
//! The values are PyTorch's to a few units of the last place, not the functions' own. Both evaluate the rational approximations
//! of the Cephes library (Moshier, 1989). Cephes leaves the leading coefficient of most denominators out of its tables because
//! it is 1; PyTorch reads the tables as complete, so that up to 9e-7 is lost near x = 5. A caller who compares the two should
//! see no difference, so it is left out here too.

use super::horner::horner;
use std::f64::consts::{FRAC_2_PI, FRAC_PI_4};

/// Where the approximations around zero give way to those around infinity.
const SWITCH: f64 = 5.0;

/// J_0(x)
#[inline(never)]
pub fn j0(x: f64) -> f64 {
    let x = x.abs();
    if x <= SWITCH { j0_near(x) } else { far_0(x).0 }
}

/// J_1(x)
#[inline(never)]
pub fn j1(x: f64) -> f64 {
    let size = x.abs();
    if size <= SWITCH { j1_near(x) } else { far_1(size).0 * x.signum() }
}

/// Y_0(x); NaN below 0.
#[inline(never)]
pub fn y0(x: f64) -> f64 {
    second_kind(x, y0_near, far_0)
}

/// Y_1(x); NaN below 0.
#[inline(never)]
pub fn y1(x: f64) -> f64 {
    second_kind(x, y1_near, far_1)
}

fn second_kind(x: f64, near: fn(f64) -> f64, far: fn(f64) -> (f64, f64)) -> f64 {
    if x == 0.0 {
        f64::NEG_INFINITY
    } else if x < 0.0 {
        f64::NAN
    } else if x <= SWITCH {
        near(x)
    } else {
        far(x).1
    }
}

/// J_0 up to 5: its first two zeros, squared, and what is left without them.
fn j0_near(x: f64) -> f64 {
    let z = x * x;
    let p =
        horner!(z; 9_708_622_510_473_064.0, -249_248_344_360_967.72, 1_956_174_919_465.565_7, -4_794_432_209.782_018);
    let q = horner!(z; 1.710_862_940_810_431_5e18, 3.181_219_559_432_049_6e16, 310_518_229_857_422.56,
        2_112_775_201_154.892, 11_185_553_704.535_683, 48_440_965.833_996_21, 173_785.401_676_374_7, 499.563_147_152_651);
    (z - 5.783_185_962_946_784) * (z - 30.471_262_343_662_087) * p / q
}

/// J_1 up to 5: its first two zeros above 0, squared, and what is left without them.
fn j1_near(x: f64) -> f64 {
    let z = x * x;
    let p = horner!(z; 3_682_957_328_638_529.0, -72_749_424_522_181.83, 452_228_297_998.194_03, -899_971_225.705_559_4);
    let q = horner!(z; 5.322_786_203_326_801e18, 8.952_223_361_846_274e16, 784_369_607_876_235.9, 4_749_141_220_799.914,
        22_151_159_547.979_25, 83_514_679.143_194_93, 256_987.256_757_748_84, 620.836_478_118_054_3);
    p / q * x * (z - 14.681_970_642_123_893) * (z - 49.218_456_321_694_6)
}

/// Y_0 above 0 and up to 5: what its logarithm leaves is even and smooth.
fn y0_near(x: f64) -> f64 {
    let z = x * x;
    let p = horner!(z; -1.849_508_004_369_866_8e16, 4.427_332_685_725_698_4e16, -3_466_283_033_847_297.0,
        87_590_639_439_536.7, -982_136_065_717.911_5, 5_435_264_770.518_765, -14_663_929.590_397_16, 15_592.436_785_523_574);
    let q = horner!(z; 2.505_962_561_726_530_6e17, 3_171_577_528_429_750.5, 20_297_961_275_010.555, 86_400_248_710.393_5,
        268_919_633.393_814_15, 626_107.330_137_135, 1_041.283_536_642_598_4);
    p / q + FRAC_2_PI * x.ln() * j0_near(x)
}

/// Y_1 above 0 and up to 5: what its logarithm and its pole leave is odd and smooth.
fn y1_near(x: f64) -> f64 {
    let z = x * x;
    let p = horner!(z; -7.788_771_962_659_501e17, 2.024_394_757_135_949e17, -8_127_702_555_013_251.0,
        114_509_511_541_823.73, -647_355_876_379.160_3, 1_263_204_747.901_780_4);
    let q = horner!(z; 3.972_706_081_165_606_4e18, 6.871_410_873_553_005e16, 620_557_727_146_953.8, 3_882_312_774_962.385_7,
        18_760_131_610.870_617, 73_481_194.445_972_17, 235_564.092_943_068_56, 594.301_592_346_128_2);
    x * (p / q) + FRAC_2_PI * (j1_near(x) * x.ln() - 1.0 / x)
}

/// J_0 and Y_0 from 5 on.
fn far_0(x: f64) -> (f64, f64) {
    let z = 25.0 / (x * x);
    let p = horner!(z; 1.0, 5.303_240_382_353_949, 8.747_165_001_998_17, 5.447_250_030_587_687, 1.239_533_716_464_143,
        0.082_835_239_210_744_08, 0.000_796_936_729_297_347_1)
        / horner!(z; 1.0, 5.306_052_882_353_947, 8.761_908_832_370_695, 5.470_977_403_304_171, 1.253_527_439_010_589_5,
            0.085_628_847_435_447_45, 0.000_924_408_810_558_863_7);
    let q = horner!(z; -6.050_143_506_007_285, -51.410_532_676_659_93, -147.077_505_154_951_18, -177.681_167_980_488_06,
        -93.206_015_212_376_83, -19.553_954_425_773_597, -1.282_527_186_705_093_1, -0.011_366_383_889_846_916)
        / horner!(z; 242.005_740_240_291_4, 2_062.093_316_603_278_3, 5_930.727_011_873_169, 7_240.467_741_956_525,
            3_882.401_836_054_016_3, 856.430_025_976_980_6, 64.317_825_611_817_8);
    wave(x, p, q, FRAC_PI_4)
}

/// J_1 and Y_1 from 5 on.
fn far_1(x: f64) -> (f64, f64) {
    let z = 25.0 / (x * x);
    let p = horner!(z; 1.0, 5.214_515_986_823_615, 8.424_045_901_417_724, 5.112_079_511_468_076, 1.127_196_081_296_849_3,
        0.073_139_705_694_091_76, 0.000_762_125_616_208_173_1)
        / horner!(z; 1.0, 5.209_828_486_823_619, 8.399_855_543_276_042, 5.073_863_861_286_015, 1.105_142_326_340_617,
            0.068_845_590_875_449_54, 0.000_571_323_128_072_548_7);
    let q = horner!(z; 25.207_020_585_802_372, 211.688_757_100_572_13, 597.489_612_400_613_6, 710.856_304_998_926_1,
        366.779_609_360_150_8, 75.823_828_413_254_53, 4.982_138_729_512_334, 0.051_086_259_475_017_66)
        / horner!(z; 336.093_607_810_698_3, 2_826.192_785_176_390_8, 7_997.041_604_473_507, 9_562.318_924_047_562,
            4_986.410_583_376_536, 1_056.448_860_382_628_3, 74.237_327_703_567_52);
    wave(x, p, q, 3.0 * FRAC_PI_4)
}

/// Hankel's form of J and Y: a wave of amplitude (p, 5 q / x) that lags by `phase`.
fn wave(x: f64, p: f64, q: f64, phase: f64) -> (f64, f64) {
    let (sin, cos) = (x - phase).sin_cos();
    let q = 5.0 / x * q;
    let scale = (FRAC_2_PI / x).sqrt();
    ((p * cos - q * sin) * scale, (p * sin + q * cos) * scale)
}
