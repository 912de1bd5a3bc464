// The loss of a line mixed with the mean loss of all classes, and the weight of all probabilities in its gradient. Values with
// the same exponent are added.
var weights = 0.0;
var losses = 0.0;
EACH {
    let own_weights = weights_of(j);
    weights += sum_of(own_weights);
    losses += sum_of(own_weights * (log_total - (x - sum.top)));
}
let all_losses = across(seat, Value(0.0, losses)).total;
let all_weights = across(seat, Value(0.0, weights)).total;
let blended = mix(vec2<f32>(loss, weight), vec2<f32>(all_losses, all_weights) / f32(length()), smoothing());
