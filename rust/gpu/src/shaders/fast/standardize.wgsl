var own = 0.0;
EACH {
    let centered = x - middle;
    own += sum_of(centered * centered);
}
let spread = across(seat, own) / f32(length());
let factor = 1.0 / sqrt(spread + bitcast<f32>(eps_bits()));
if is_inside && seat.lane == 0u {
    keep(line, middle, spread, factor);
}
EACH {
    let normal = (x - middle) * factor;
    put_y(y_start, j, RESULT);
}
