// The place of the first query of the head in work.
var<private> first_line: u32;

// The weight that a query gives a key.
fn weighted(query: u32, key: u32, product: f32) -> f32 {
    if query >= size_q(2u) {
        return 0.0;
    }
    return exp_f32(score(query, key, product) - load_lines(2u * (first_line + query)));
}

fn delta(query: u32) -> f32 {
    if query >= size_q(2u) {
        return 0.0;
    }
    return load_lines(2u * (first_line + query) + 1u);
}
