// The gradient before the weight, and the standardized element, at place `j` of a line.
fn at(line: u32, j: u32) -> vec2<f32> {
    let slope = load_g(place_g(line) + place_g_along(j)) * WEIGHT;
    let normal = (load_x(place_x(line) + place_x_along(j)) - MEAN) * scale(line);
    return vec2<f32>(slope, normal);
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let seat = seat_of(group, grid, index);
    let is_inside = seat.line < count();
    var own = vec2<f32>(0.0, 0.0);
    if is_inside {
        for (var j = seat.lane; j < length(); j += lanes()) {
            let here = at(seat.line, j);
            own += vec2<f32>(here.x, here.x * here.y);
        }
    }
    let means = across(seat, own) / f32(length());
    if is_inside {
        let to = place_out(seat.line);
        for (var j = seat.lane; j < length(); j += lanes()) {
            let here = at(seat.line, j);
            store_out(to + place_out_along(j), (here.x - means.x - here.y * means.y) * scale(seat.line));
        }
    }
}
