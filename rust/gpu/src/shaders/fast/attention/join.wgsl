// Each element as the mean of what the parts give for it, by the sums of their exponentials.
@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let i = group_index(group, grid) * 256u + index;
    if i >= count() {
        return;
    }
    let lines = count() / size_y(3u);
    let line = i / size_y(3u);
    var top = bitcast<f32>(0xff800000u);
    for (var part = 0u; part < parts(); part++) {
        top = max(top, load_logarithms(part * lines + line));
    }
    let level = max(top, -3.0e38);
    var total = 0.0;
    var sum = 0.0;
    for (var part = 0u; part < parts(); part++) {
        let weight = exp_f32(load_logarithms(part * lines + line) - level);
        total += weight;
        sum += weight * load_results(part * count() + i);
    }
    store_y(place_y(i), average(sum, total));
    if i % size_y(3u) == 0u {
        store_logarithm(line, logarithm_of(top, total));
    }
}
