fn logistic(x: f32) -> f32 {
    let t = exp_f32(-abs_f32(x));
    return select(1.0, t, x < 0.0) / (1.0 + t);
}

fn each(i: u32) {
    let first = i / width() * width() * GATES + i % width();
    STEP
}
