// What the kernels of attention share. A workgroup owns 64 lines (queries, or keys) and takes the others 32 at a time; a thread
// of it has 4 own lines, `down`, and 2 others, `across`, of the products of both, and of the results 4 own lines and 4 columns
// in every 64.

// Sixteen columns of own lines, four lines a vector; or sixteen other lines, four of 64 columns a vector.
var<workgroup> slice: array<vec4<f32>, 272>;
// Sixteen columns of other lines, two lines a vector.
var<workgroup> pairs: array<vec2<f32>, 272>;
// A number for each pair of an other line and an own one, four own lines a vector.
var<workgroup> tile: array<vec4<f32>, 544>;

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
