var own = Value(bitcast<f32>(0xff800000u), 0.0);
EACH {
    own = fold(own, x);
}
let sum = across(seat, own);
// Where the largest is infinite, so is what the others are measured by.
let total = select(sum.total, bitcast<f32>(0x7fc00000u), is_inf_f32(sum.top));
let log_total = log_f32(total);
if is_inside && seat.lane == 0u {
    check_class(line);
}
let label = class_of(line);
var weight = 0.0;
var loss = 0.0;
if label.counts {
    weight = weight_of(label.index);
    loss = weight * (log_total - (load_x(x_start + place_x_along(label.index)) - sum.top));
}
BLEND
if is_inside && seat.lane == 0u {
    store_out(place_out(line), select(0.0, blended.x, label.counts));
    store_out(place_out(count() + line), weight);
    store_out(place_out(2u * count() + line), sum.top);
    store_out(place_out(3u * count() + line), select(0.0, blended.y / total, label.counts));
}
