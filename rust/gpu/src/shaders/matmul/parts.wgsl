// The elements of products whose sums were made in parts.
fn each(i: u32) {
    var sum = load_part(i * element_step());
    for (var j = 1u; j < parts(); j++) {
        let next = load_part(i * element_step() + j * part_step());
        sum = SUM;
    }
    store_out(i, finished(i, sum));
}
