// The loss of a line, and the weight of all probabilities in its gradient.
fn blend(seat: Seat, loss: f32, weight: f32, top: f32, log_total: f32) -> vec2<f32> { return vec2<f32>(loss, weight); }
