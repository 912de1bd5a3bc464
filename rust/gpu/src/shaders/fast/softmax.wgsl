@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let seat = seat_of(group, grid, index);
    let is_inside = seat.line < count();
    let start = place_x(seat.line);
    var own = Value(bitcast<f32>(0xff800000u), 0.0);
    if is_inside {
        for (var j = seat.lane; j < length(); j += lanes()) {
            own = combine(own, Value(load_x(start + place_x_along(j)), 1.0));
        }
    }
    let sum = across(seat, own);
    // Where the largest is infinite, so is what the others are measured by.
    let total = select(sum.total, bitcast<f32>(0x7fc00000u), is_inf_f32(sum.top));
    if is_inside {
        let to = place_y(seat.line);
        for (var j = seat.lane; j < length(); j += lanes()) {
            let x = load_x(start + place_x_along(j));
            store_y(to + place_y_along(j), RESULT);
        }
    }
}
