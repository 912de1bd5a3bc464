// The loss of a line, and the weight of all probabilities in its gradient.
let blended = vec2<f32>(loss, weight);
