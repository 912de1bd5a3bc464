@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let seat = seat_of(group, grid, index);
    let is_inside = seat.line < count();
    let start = place_x(seat.line);
    let middle = mean_of(seat);
    var own = 0.0;
    if is_inside {
        for (var j = seat.lane; j < length(); j += lanes()) {
            let centered = load_x(start + place_x_along(j)) - middle;
            own += centered * centered;
        }
    }
    let spread = across(seat, own) / f32(length());
    let factor = 1.0 / sqrt(spread + bitcast<f32>(eps_bits()));
    if is_inside {
        if seat.lane == 0u {
            keep(seat.line, middle, spread, factor);
        }
        let to = place_y(seat.line);
        for (var j = seat.lane; j < length(); j += lanes()) {
            let normal = (load_x(start + place_x_along(j)) - middle) * factor;
            store_y(to + place_y_along(j), RESULT);
        }
    }
}
