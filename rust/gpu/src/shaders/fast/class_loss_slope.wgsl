@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let seat = seat_of(group, grid, index);
    let line = seat.line;
    if line >= count() {
        return;
    }
    let label = class_of(line);
    let slope = select(0.0, SLOPE, label.counts);
    let own = (1.0 - smoothing()) * kept(count() + line);
    SCORES
    let to = place_out(line);
    for (var j = seat.lane; j < length(); j += lanes()) {
        let value = SPREAD - select(0.0, own, label.counts && j == label.index) SMOOTH;
        store_out(to + place_out_along(j), value * slope);
    }
}
