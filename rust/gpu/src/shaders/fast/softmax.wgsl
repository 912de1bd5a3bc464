var own = Value(bitcast<f32>(0xff800000u), 0.0);
EACH {
    own = fold(own, x);
}
let sum = across(seat, own);
// Where the largest is infinite, so is what the others are measured by.
let total = select(sum.total, bitcast<f32>(0x7fc00000u), is_inf_f32(sum.top));
EACH {
    put_y(y_start, j, RESULT);
}
