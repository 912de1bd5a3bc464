
// What is left of the weights of four queries for a key, and of a query for four keys.
fn shares(query: u32, key: u32) -> vec4<f32> {
    return vec4<f32>(share(query, key), share(query + 1u, key), share(query + 2u, key), share(query + 3u, key));
}

fn shares_of(query: u32, key: u32) -> vec4<f32> {
    return vec4<f32>(share(query, key), share(query, key + 1u), share(query, key + 2u), share(query, key + 3u));
}
