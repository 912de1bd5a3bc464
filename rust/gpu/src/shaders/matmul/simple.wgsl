// Products of matrices of any dtype, one element of the result a thread.
fn each(i: u32) {
    let column = i % size_b(2u);
    let row = i / size_b(2u) % size_a(1u);
    let batch = i / size_b(2u) / size_a(1u);
    var at_a = offset_a() + batch * stride_a(0u) + row * stride_a(1u);
    var at_b = offset_b() + batch * stride_b(0u) + column * stride_b(2u);
    var sum = type_out(0);
    for (var k = 0u; k < size_a(2u); k++) {
        let x = load_a(at_a);
        let y = load_b(at_b);
        sum = SUM;
        at_a += stride_a(2u);
        at_b += stride_b(1u);
    }
    store_out(i, finished(i, sum));
}
