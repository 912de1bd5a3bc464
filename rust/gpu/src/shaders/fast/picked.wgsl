@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let line = group_index(group, grid) * 256u + index;
    if line >= count() {
        return;
    }
    check_class(line);
    let label = class_of(line);
    var loss = 0.0;
    var weight = 0.0;
    if label.counts {
        weight = weight_of(label.index);
        loss = -weight * load_x(place_x(line) + place_x_along(label.index));
    }
    store_out(place_out(line), loss);
    store_out(place_out(count() + line), weight);
}
