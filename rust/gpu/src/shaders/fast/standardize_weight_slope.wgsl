// Gradients times standardized elements.
alias Value = f32;

fn lift(start: u32, line: u32, j: u32) -> Value {
    let centered = load_x(place_x(line) + place_x_along(j)) - load_mean(place_mean(line) + place_mean_along(j));
    return load_item(start + place_along(j)) * centered * load_scale(place_scale(line) + place_scale_along(j));
}

fn put(at: u32, value: Value) { store_out(at, value); }
