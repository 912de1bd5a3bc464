// Adds the parts of each sum, one after the other.
fn each(i: u32) {
    var sum = 0.0;
    for (var part = 0u; part < parts(); part++) {
        sum += partial(part * part_size() + i);
    }
    store_out(place_out(i), sum + BIAS);
}
