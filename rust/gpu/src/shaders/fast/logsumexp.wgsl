var own = Value(bitcast<f32>(0xff800000u), 0.0);
EACH {
    own = fold(own, x);
}
let sum = across(seat, own);
if is_inside && seat.lane == 0u {
    store_out(place_out(line), select(sum.top + log_f32(sum.total), sum.top, is_inf_f32(sum.top)));
}
