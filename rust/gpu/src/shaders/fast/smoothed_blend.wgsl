// The loss of a line mixed with the mean loss of all classes, and the weight of all probabilities in its gradient.
fn blend(seat: Seat, loss: f32, weight: f32, top: f32, log_total: f32) -> vec2<f32> {
    var weights = 0.0;
    var losses = 0.0;
    if seat.line < count() {
        let start = place_x(seat.line);
        for (var j = seat.lane; j < length(); j += lanes()) {
            let own = weight_of(j);
            weights += own;
            losses += own * (log_total - (load_x(start + place_x_along(j)) - top));
        }
    }
    let every = vec2<f32>(added(seat, losses), added(seat, weights));
    return mix(vec2<f32>(loss, weight), every / f32(length()), smoothing());
}

// Values with the same exponent are added.
fn added(seat: Seat, own: f32) -> f32 { return across(seat, Value(0.0, own)).total; }
