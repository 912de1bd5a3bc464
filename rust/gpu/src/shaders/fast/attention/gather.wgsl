// The other lines of SOURCE, each as often as the tile says.
for (var part = 0u; part < 32u; part += 16u) {
    let line = first_other + part + down;
    let column = FIRSTu + across * 4u;
    slice[down * 17u + across] = vec4<f32>(
        SOURCE_at(line, column), SOURCE_at(line, column + 1u), SOURCE_at(line, column + 2u), SOURCE_at(line, column + 3u)
    );
    workgroupBarrier();
    for (var i = 0u; i < 16u; i++) {
        let weights = tile[(part + i) * 17u + down];
        let values = slice[i * 17u + across];
        ADD
    }
    workgroupBarrier();
}
