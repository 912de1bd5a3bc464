// The class of a line: whether it counts, and which it is, 0 where it does not or is none.
struct Class { counts: bool, index: u32 }

fn is_ignored(line: u32) -> bool {
    let pair = load_pair_target(place_target(line));
    return pair.x == ignored_low() && pair.y == ignored_high();
}

fn is_class(line: u32) -> bool {
    let index = index_target(line);
    return index >= 0 && index < i32(length());
}

fn class_of(line: u32) -> Class {
    let counts = is_class(line) && !is_ignored(line);
    return Class(counts, select(0u, u32(index_target(line)), counts));
}

fn weight_of(label: u32) -> f32 { return WEIGHT; }

fn smoothing() -> f32 { return bitcast<f32>(smoothing_bits()); }
