//! The laws against numbers that PyTorch 2.13 drew on its CPU from seed 2024, each followed by `randint(0, 2**20)`.

use half::{bf16, f16};

use super::*;

fn seeded() -> Generator {
    Generator::new(2024)
}

/// Checks `got` to float32's precision and that the generator then draws `next`.
fn check<T: Sample>(got: &[T], want: &[f64], mut generator: Generator, next: u32) {
    let got: Vec<f64> = got.iter().map(|x| x.to_f64()).collect();
    assert_eq!(got.len(), want.len());
    for (x, y) in got.iter().zip(want) {
        assert!((x - y).abs() <= 3e-7 + 3e-7 * y.abs(), "{got:?}, expected {want:?}");
    }
    assert_eq!(generator.random() % (1 << 20), next, "the generator stands elsewhere");
}

fn check_law<T: Sample + Default>(law: Law, want: &[f64], next: u32) {
    let (mut out, mut generator) = (vec![T::default(); want.len()], seeded());
    fill(law, &mut out, &mut generator);
    check(&out, want, generator, next);
}

#[test]
fn uniform() {
    let law = Law::Uniform { from: -2.0, to: 3.0 };
    let want = [0.6585793495178223, 2.156339645385742, 2.859189987182617, -1.4034957885742188, -1.1654887199401855];
    check_law::<f32>(law, &want, 620068);
    let want = [-0.7313633986630668, 1.8735216587716792, -0.32390881749373923, 1.5996982885536561];
    check_law::<f64>(law, &want, 794409);
    let unit = Law::Uniform { from: 0.0, to: 1.0 };
    let want = [0.53173828125, 0.8310546875, 0.9716796875, 0.11932373046875, 0.1668701171875, 0.349365234375];
    check_law::<f16>(unit, &want, 461246);
    let want = [0.53125, 0.83203125, 0.97265625, 0.119140625, 0.1669921875, 0.349609375];
    check_law::<bf16>(unit, &want, 461246);
}

#[test]
fn uniform_never_reaches_its_upper_bound() {
    let mut out = vec![bf16::ZERO; 4096];
    fill(Law::Uniform { from: 0.0, to: 1.0 }, &mut out, &mut seeded());
    assert!(out.iter().all(|x| *x < bf16::ONE));
}

#[test]
fn normal_below_sixteen() {
    let want = [-0.040429167449474335, 1.7259920835494995, -0.8140387535095215, 1.372166633605957, 0.5059648156166077];
    check_law::<f32>(Law::Normal { mean: 0.0, std: 1.0 }, &want, 813283);
}

#[test]
fn the_second_of_a_pair_waits_for_the_next_call() {
    let (mut all, mut parts) = ([0f32; 6], [0f32; 6]);
    let law = Law::Normal { mean: 0.0, std: 1.0 };
    fill(law, &mut all, &mut seeded());
    let mut generator = seeded();
    fill(law, &mut parts[..1], &mut generator);
    fill(law, &mut parts[1..4], &mut generator);
    fill(law, &mut parts[4..], &mut generator);
    assert_eq!(all, parts);
}

#[test]
fn normal_in_blocks() {
    let standard = Law::Normal { mean: 0.0, std: 1.0 };
    #[rustfmt::skip]
    let want = [
        -1.2262355089187622, -0.009314819239079952, 1.541957974433899, 0.4143979847431183, 1.856718897819519,
        1.977582573890686, -0.4321559965610504, 1.3667176961898804, 0.7130761742591858, -0.3869437277317047,
        -0.2534773647785187, -1.3084688186645508, 0.9961832761764526, 0.9390771389007568, 1.4147526025772095,
        0.6343358159065247, -0.07764512300491333, -1.1175426244735718, -0.6481050848960876,
    ];
    check_law::<f32>(standard, &want, 51930);
    #[rustfmt::skip]
    let want = [
        -0.7040247420378066, -0.910913917690119, 0.7266241169549239, 0.7376994408777768, 0.21284067265803128,
        -1.0786394410531068, -1.6878389209252838, 1.2607522161170863, -1.9158620045555208, 0.8126834201363056,
        0.962984156469451, 1.8027516408780853, -0.9460103469053192, -1.027550524001919, 1.698769938508277,
        0.5853117384352154, 0.6893051953204657,
    ];
    check_law::<f64>(standard, &want, 952205);
    #[rustfmt::skip]
    let want = [
        -1.2265625, -0.00931549072265625, 0.1236572265625, -2.181640625, 0.369873046875, 0.414306640625, 1.8564453125,
        1.9775390625, -0.43212890625, 1.3671875, 0.84326171875, -0.0421142578125, 1.658203125, -1.30859375,
        0.99609375, 0.93896484375, 1.4150390625, 0.63427734375,
    ];
    check_law::<f16>(standard, &want, 758967);
    let mut out = [bf16::ZERO; 32];
    let mut generator = seeded();
    fill(Law::Normal { mean: 1.0, std: 2.0 }, &mut out, &mut generator);
    check(&out[28..], &[3.0, 2.875, 3.828125, 2.265625], generator, 758967);
}

#[test]
fn laws_of_one_double() {
    let want = [1.63214111328125, 2.53830885887146, 1.3451294898986816, 2.323423385620117];
    check_law::<f32>(Law::LogNormal { mean: 0.5, std: 0.25 }, &want, 794409);
    let want = [0.11706569045782089, 0.5961366891860962, 0.16331858932971954, 0.509100079536438];
    check_law::<f32>(Law::Exponential { rate: 2.5 }, &want, 794409);
    let want = [-0.9537011384963989, 3.337299346923828, -0.1389632225036621, 2.6539053916931152];
    check_law::<f32>(Law::Cauchy { median: 1.0, sigma: 2.0 }, &want, 794409);
    check_law::<i64>(Law::Geometric { p: 0.3 }, &[4.0, 1.0, 4.0, 1.0, 1.0, 5.0, 3.0, 3.0], 914341);
}

#[test]
fn bernoulli() {
    let want = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    check_law::<u8>(Law::Bernoulli { p: 0.3 }, &want, 758967);
    let (mut out, mut generator) = ([0u8; 16], seeded());
    bernoulli_each(&mut out, &[0.6f32; 16], &mut generator);
    let want = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0];
    check(&out, &want, generator, 914341);
    let mut generator = seeded();
    bernoulli_each(&mut out, &[0.6f64; 16], &mut generator);
    let want = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    check(&out, &want, generator, 758967);
    fill(Law::Bernoulli { p: 1.0 }, &mut out, &mut seeded());
    assert_eq!(out, [1; 16]);
    fill(Law::Bernoulli { p: 0.0 }, &mut out, &mut seeded());
    assert_eq!(out, [0; 16]);
}

#[test]
fn integers() {
    check_law::<i64>(Law::Integers { from: -5, range: 15 }, &[-3.0, 0.0, -1.0, 0.0, -2.0, 0.0, 5.0, 6.0], 794409);
    let want = [587318175071.0, 415431110281.0, 118504333437.0, 819875720581.0];
    check_law::<i64>(Law::Integers { from: -5, range: (1 << 40) + 5 }, &want, 794409);
    check_law::<f32>(Law::Integers { from: 0, range: (1 << 28) - 16 }, &[109584152.0, 30723770.0, 49859344.0], 952960);
    let (mut out, mut generator) = ([0i64; 2], seeded());
    fill(Law::Integers64, &mut out, &mut generator);
    assert_eq!(out, [-7599790798471377414, -5550464023895569792]);
    assert_eq!(generator.random() % (1 << 20), 703003);
}

#[test]
fn naturals() {
    check_law::<u8>(Law::Naturals, &[136.0, 250.0, 96.0], 952960);
    check_law::<i8>(Law::Naturals, &[8.0, 122.0, 96.0], 952960);
    check_law::<i16>(Law::Naturals, &[7816.0, 19962.0, 19040.0], 952960);
    check_law::<i32>(Law::Naturals, &[378019464.0, 1104465402.0, 855165536.0], 952960);
    let want = [1623581238383398394.0, 3672908012959206016.0, 3470791090525271588.0];
    check_law::<i64>(Law::Naturals, &want, 461246);
    check_law::<f16>(Law::Naturals, &[2015.0, 1640.0, 1555.0], 952960);
    check_law::<bf16>(Law::Naturals, &[92.0, 64.0, 221.0], 952960);
    check_law::<f32>(Law::Naturals, &[8920562.0, 13946169.0, 16304558.0], 952960);
    check_law::<f64>(Law::Naturals, &[2285372530018630.0, 6977916279620841.0, 3019377449989283.0], 461246);
    check_law::<u8>(Law::Bits, &[0.0, 0.0, 0.0], 952960);
}

#[test]
fn permutations() {
    let (mut out, mut generator) = ([0i32; 10], seeded());
    permutation(&mut out, &mut generator);
    check(&out, &[2.0, 3.0, 0.0, 8.0, 7.0, 5.0, 1.0, 9.0, 4.0, 6.0], generator, 1035391);
    permutation::<i64>(&mut [], &mut seeded());
}

#[test]
fn poisson_by_product_and_by_rejection() {
    let rates = [0.0, 0.5, 3.0, 9.9, 10.0, 50.0, 1e4, 1e6f32];
    let (mut out, mut generator) = ([0f32; 8], seeded());
    poisson(&mut out, &rates, &mut generator);
    check(&out, &[0.0, 0.0, 4.0, 9.0, 14.0, 50.0, 9964.0, 1002100.0], generator, 784694);
}

#[test]
fn gamma_of_small_and_large_shapes() {
    let (mut out, mut generator) = ([0f32; 6], seeded());
    gamma(&mut out, &[0.0, 0.2, 0.9, 1.0, 3.0, 20.0], &mut generator);
    #[rustfmt::skip]
    let want = [
        0.0, 0.23223908245563507, 0.06651250272989273, 0.20908722281455994, 3.9131762981414795,
        22.44255256652832,
    ];
    check(&out, &want, generator, 462347);
}

#[test]
fn binomial_by_waiting_and_by_rejection() {
    let counts = [0.0, 5.0, 10.0, 100.0, 1000.0, 50.0, 40.0f32];
    let (mut out, mut generator) = ([0f32; 7], seeded());
    binomial(&mut out, &counts, &[0.5, 0.3, 0.9, 0.4, 0.75, 0.0, 1.0], &mut generator);
    check(&out, &[0.0, 2.0, 8.0, 38.0, 753.0, 0.0, 40.0], generator, 274799);
}

#[test]
fn categories() {
    let weights = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let (mut out, mut generator) = ([0; 12], seeded());
    categorical(&mut out, &weights.map(|x| x as f32), 1, &mut generator);
    check(&out, &[3.0, 6.0, 4.0, 6.0, 7.0, 3.0, 4.0, 4.0, 5.0, 2.0, 2.0, 4.0], generator, 659807);
    let (mut out, mut generator) = ([0; 10], seeded());
    categorical(&mut out, &weights, 2, &mut generator);
    check(&out, &[1.0, 3.0, 2.0, 3.0, 3.0, 1.0, 1.0, 1.0, 2.0, 0.0], generator, 274799);
}

#[test]
fn a_saved_state_continues_the_stream() {
    let mut generator = seeded();
    let law = Law::Normal { mean: 0.0, std: 1.0 };
    fill(law, &mut [0f32; 5], &mut generator);
    let saved = generator.state();
    let mut restored = Generator::new(1);
    restored.set_state(&saved).unwrap();
    assert_eq!(restored.initial_seed(), 2024);
    let (mut a, mut b) = ([0f64; 700], [0f64; 700]);
    for out in [&mut a[..1], &mut b[..1]].into_iter().zip([&mut generator, &mut restored]) {
        fill(law, out.0, out.1);
    }
    fill(law, &mut a[1..], &mut generator);
    fill(law, &mut b[1..], &mut restored);
    assert_eq!(a, b);
}

#[test]
fn broken_states_are_refused() {
    let mut generator = seeded();
    let good = generator.state();
    assert_eq!(generator.set_state(&good[1..]), Err(StateError::Length(STATE_BYTES - 1)));
    assert_eq!(generator.set_state(&[0; STATE_BYTES]), Err(StateError::Invalid));
    for (at, byte) in [(8, 0), (9, 255), (12, 0), (17, 255), (22, 1)] {
        let mut bad = good.clone();
        bad[at] = byte;
        assert_eq!(generator.set_state(&bad), Err(StateError::Invalid), "byte {at}");
    }
    let mut beyond = good.clone();
    (beyond[8], beyond[16], beyond[17]) = (200, 500u16.to_le_bytes()[0], 500u16.to_le_bytes()[1]);
    assert_eq!(generator.set_state(&beyond), Err(StateError::Invalid), "draws would run past the state");
    assert_eq!(generator.state(), good);
}
