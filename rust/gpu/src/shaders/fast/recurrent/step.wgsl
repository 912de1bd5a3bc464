fn logistic(x: f32) -> f32 {
    let t = exp_f32(-abs_f32(x));
    return select(1.0, t, x < 0.0) / (1.0 + t);
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, grid) * 256u + lane;
    if i >= count() {
        return;
    }
    let first = i / width() * width() * GATES + i % width();
    STEP
}
