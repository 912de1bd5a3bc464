// log(e^a + e^b), with the larger factored out so that nothing overflows.
fn combine(a: f32, b: f32) -> f32 {
    let high = select(b, a, a > b);
    let low = select(a, b, a > b);
    let sum = select(high + log1p_f32(exp_f32(low - high)), high, low == high && is_inf_f32(high));
    return select(select(sum, b, is_nan_f32(b)), a, is_nan_f32(a));
}
