fn parameter(i: u32) -> f32 { return bitcast<f32>(parameter_word(i)); }

// Its rounding may reach the bound that is left out; the other one takes its place.
fn uniform_number(u: f32) -> f32 {
    let x = rounded(u * (parameter(1u) - parameter(0u)) + parameter(0u));
    return select(x, parameter(0u), x == parameter(1u));
}

fn exponential_number(u: f32) -> f32 {
    let x = select(log_f32(u), -5.960464477539063e-8, u >= 0.9999999403953552);
    return -1.0 / parameter(0u) * x;
}

fn bernoulli_number(u: f32) -> f32 { return select(0.0, 1.0, u <= parameter(0u)); }

// Two normal numbers (Box and Muller).
fn normal_pair(x: u32, y: u32) -> vec2<f32> {
    let angle = f32(y) * 1.4629180792671596e-9 + 7.314590396335798e-10;
    let radius = sqrt(max(-2.0 * log_f32(unit(x)), 0.0));
    return vec2<f32>(sin_f32(angle), cos_f32(angle)) * radius * parameter(1u) + parameter(0u);
}

fn normal_law(bits: vec4<u32>) -> array<f32, 4> {
    let a = normal_pair(bits.x, bits.y);
    let b = normal_pair(bits.z, bits.w);
    return array<f32, 4>(a.x, a.y, b.x, b.y);
}
