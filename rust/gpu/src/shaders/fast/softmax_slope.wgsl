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
            let g = load_g(g_start + place_g_along(j));
            let y = load_y(y_start + place_y_along(j));
            own += TERM;
        }
    }
    let total = across(seat, own);
    if is_inside {
        let to = place_out(seat.line);
        for (var j = seat.lane; j < length(); j += lanes()) {
            let g = load_g(g_start + place_g_along(j));
            let y = load_y(y_start + place_y_along(j));
            store_out(to + place_out_along(j), RESULT);
        }
    }
}
