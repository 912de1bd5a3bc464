// Where a workgroup stops that goes through one of the parts of the others.
fn end_of(part: u32, end: u32) -> u32 { return min(end, (part + 1u) * part_length()); }

fn infinity() -> f32 { return bitcast<f32>(0x7f800000u); }

fn exp4(x: vec4<f32>) -> vec4<f32> { return vec4<f32>(exp_f32(x.x), exp_f32(x.y), exp_f32(x.z), exp_f32(x.w)); }

// What the softmax is taken of: minus infinity where the query does not see the key.
fn score(query: u32, key: u32, product: f32) -> f32 {
    if key >= size_k(2u) || query >= size_q(2u) || (IS_CAUSAL && key > query) {
        return -infinity();
    }
    let scaled = product * bitcast<f32>(scale());
    return MASKED;
}
