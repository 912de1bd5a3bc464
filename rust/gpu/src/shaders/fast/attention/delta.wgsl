// For each query the logarithm of its sum of exponentials, and the product of its result with the gradient of that.
var own = 0.0;
EACH {
    own += sum_of(g * y);
}
let total = across(seat, own);
if is_inside && seat.lane == 0u {
    store_lines(2u * line, logarithm(line));
    store_lines(2u * line + 1u, total);
}
