let reset = logistic(gates(first) + hidden(first));
let update = logistic(gates(first + width()) + hidden(first + width()));
let hidden_new = hidden(first + 2u * width());
let fresh = tanh_f32(gates(first + 2u * width()) + reset * hidden_new);
