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
    if is_inside && seat.lane == 0u {
        store_out(place_out(seat.line), select(sum.top + log_f32(sum.total), sum.top, is_inf_f32(sum.top)));
    }
}
