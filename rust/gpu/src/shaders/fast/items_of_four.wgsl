alias Item = vec4<f32>;

fn sum_of(x: Item) -> f32 { return (x.x + x.y) + (x.z + x.w); }

fn exp_of(x: Item) -> Item { return Item(exp_f32(x.x), exp_f32(x.y), exp_f32(x.z), exp_f32(x.w)); }

// The places of an item's elements that are this one.
fn is_at(j: u32, place: u32) -> vec4<bool> { return vec4<u32>(j, j + 1u, j + 2u, j + 3u) == vec4<u32>(place); }
