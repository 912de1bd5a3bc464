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
    var label = Class(false, 0u);
    var loss = 0.0;
    var weight = 0.0;
    if is_inside {
        if seat.lane == 0u { check_class(seat.line); }
        label = class_of(seat.line);
        if label.counts {
            weight = weight_of(label.index);
            loss = weight * (log_f32(total) - (load_x(start + place_x_along(label.index)) - sum.top));
        }
    }
    let blended = blend(seat, loss, weight, sum.top, log_f32(total));
    if is_inside && seat.lane == 0u {
        store_out(place_out(seat.line), select(0.0, blended.x, label.counts));
        store_out(place_out(count() + seat.line), weight);
        store_out(place_out(2u * count() + seat.line), sum.top);
        store_out(place_out(3u * count() + seat.line), select(0.0, blended.y / total, label.counts));
    }
}
