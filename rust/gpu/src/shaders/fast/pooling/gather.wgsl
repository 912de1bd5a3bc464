// One window a thread: takes what stands at its taps and writes the result.
fn each(i: u32) {
    let size = out_size();
    let plane = i / (size.x * size.y * size.z);
    let window = spot(i, size);
    let at_out = place_out(plane) + at_out_along(window);
    let at_x = place_x(plane);
    let first = window * vector_stride() - vector_before();
    GATHER
    RESULT
}
