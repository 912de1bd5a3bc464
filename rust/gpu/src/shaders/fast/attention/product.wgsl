// The products of a thread's own lines of OWN with its two other lines of OTHER.
fn product_OWN_OTHER(first_own: u32, first_other: u32, index: u32) -> mat2x4<f32> {
    let column = index % 16u;
    let vector = index / 16u;
    let own_line = first_own + 4u * vector;
    let other_line = first_other + 2u * vector;
    var sum = mat2x4<f32>();
    for (var e = 0u; e < size_OWN(3u); e += 16u) {
        let c = e + column;
        slice[column * 17u + vector] = vec4<f32>(
            OWN_at(own_line, c), OWN_at(own_line + 1u, c), OWN_at(own_line + 2u, c), OWN_at(own_line + 3u, c)
        );
        pairs[column * 17u + vector] = vec2<f32>(OTHER_at(other_line, c), OTHER_at(other_line + 1u, c));
        workgroupBarrier();
        for (var i = 0u; i < 16u; i++) {
            let own = slice[i * 17u + vector];
            let other = pairs[i * 17u + column];
            sum += mat2x4<f32>(own * other.x, own * other.y);
        }
        workgroupBarrier();
    }
    return sum;
}
