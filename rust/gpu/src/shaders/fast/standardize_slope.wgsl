let middle = MEAN;
let factor = scale(line);
var own = vec2<f32>(0.0, 0.0);
EACH {
    let slope = g * WEIGHT;
    own += vec2<f32>(sum_of(slope), sum_of(slope * ((x - middle) * factor)));
}
let means = across(seat, own) / f32(length());
EACH {
    put_out(out_start, j, (g * WEIGHT - MEAN_SLOPE - (x - middle) * factor * means.y) * factor);
}
