// The adjoint of a pooling: one place a thread, which adds up `x` of the windows over it. Those come last first, so that their
// taps come in order.
fn each(i: u32) {
    let size = out_size();
    let plane = i / (size.x * size.y * size.z);
    let own = spot(i, size);
    let at_x = place_x(plane);
    let room = own + vector_before();
    // Windows below `past` begin at or before the place; those from `first` on reach it.
    let is_before_all = room >= vec3<u32>(0x80000000u);
    let past = select(min(room / vector_stride() + 1u, x_size()), vec3<u32>(), is_before_all);
    let reach = (kernel_size() - 1u) * vector_dilation();
    let first = select((room - reach + vector_stride() - 1u) / vector_stride(), vec3<u32>(), room <= reach);
    var sum = 0.0;
    for (var a = past.x; a > first.x; a--) {
        let ahead_a = room.x - (a - 1u) * stride(0u);
        if ahead_a % dilation(0u) != 0u {
            continue;
        }
        for (var b = past.y; b > first.y; b--) {
            let ahead_b = room.y - (b - 1u) * stride(1u);
            if ahead_b % dilation(1u) != 0u {
                continue;
            }
            for (var c = past.z; c > first.z; c--) {
                let ahead_c = room.z - (c - 1u) * stride(2u);
                let window = vec3<u32>(a, b, c) - 1u;
                let tap = vec3<u32>(ahead_a, ahead_b, ahead_c) / vector_dilation();
                if ahead_c % dilation(2u) == 0u && IS_CHOSEN {
                    sum += load_x(at_x + at_x_along(window));
                }
            }
        }
    }
    store_out(place_out(plane) + at_out_along(own), sum);
}
