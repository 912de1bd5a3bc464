// One window a thread: takes what stands at its taps and writes the result.
@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, grid) * 256u + lane;
    let size = out_size();
    let plane = i / (size.x * size.y * size.z);
    if plane >= planes() {
        return;
    }
    let window = spot(i, size);
    let at_out = place_out(plane) + at_out_along(window);
    let at_x = place_x(plane);
    let first = window * vector_stride() - vector_before();
    GATHER
    RESULT
}
