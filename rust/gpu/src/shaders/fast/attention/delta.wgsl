// For each query the logarithm of its sum of exponentials, and the product of its result with the gradient of that.
@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let seat = seat_of(group, grid, index);
    let is_inside = seat.line < count();
    let g_start = place_g(seat.line);
    let y_start = place_y(seat.line);
    var own = 0.0;
    if is_inside {
        for (var j = seat.lane; j < length(); j += lanes()) {
            own += load_g(g_start + place_g_along(j)) * load_y(y_start + place_y_along(j));
        }
    }
    let total = across(seat, own);
    if is_inside && seat.lane == 0u {
        store_lines(2u * seat.line, logarithm(seat.line));
        store_lines(2u * seat.line + 1u, total);
    }
}
