// Writes the number of each place.
fn each(i: u32) {
    store_out(i, VALUE);
}
