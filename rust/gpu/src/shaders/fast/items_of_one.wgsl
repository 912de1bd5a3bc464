alias Item = f32;

fn sum_of(x: Item) -> f32 { return x; }

fn exp_of(x: Item) -> Item { return exp_f32(x); }

// The places of an item's elements that are this one.
fn is_at(j: u32, place: u32) -> bool { return j == place; }
