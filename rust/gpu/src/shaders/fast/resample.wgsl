// One element of the result a thread: sums of sums of sums, the last axis innermost.
fn each(i: u32) {
    let size = out_size();
    let plane = i / (size.x * size.y * size.z);
    let own = spot(i, size);
    let at_x = place_x(plane);
    let row = vec3<u32>(table(0u), table(1u), table(2u)) + own * vec3<u32>(taps(0u), taps(1u), taps(2u));
    var sum = 0.0;
    for (var a = row.x; a < row.x + taps(0u); a++) {
        let at_a = index_places(a);
        if at_a < 0 {
            continue;
        }
        var sum_a = 0.0;
        for (var b = row.y; b < row.y + taps(1u); b++) {
            let at_b = index_places(b);
            if at_b < 0 {
                continue;
            }
            var sum_b = 0.0;
            for (var c = row.z; c < row.z + taps(2u); c++) {
                let at_c = index_places(c);
                if at_c >= 0 {
                    let at = min(vec3<u32>(vec3<i32>(at_a, at_b, at_c)), x_size() - 1u);
                    sum_b += weights(c) * load_x(at_x + at_x_along(at));
                }
            }
            sum_a += weights(b) * sum_b;
        }
        sum += weights(a) * sum_a;
    }
    store_out(place_out(plane) + at_out_along(own), sum);
}
