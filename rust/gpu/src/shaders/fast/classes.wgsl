// The class of a line: whether it counts, and which it is, 0 where it does not or is none.
struct Class { counts: bool, index: u32 }

fn class_of(line: u32, reports: bool) -> Class {
    let pair = load_pair_target(place_target(line));
    let index = index_target(line);
    let is_ignored = pair.x == ignored_low() && pair.y == ignored_high();
    let is_class = index >= 0 && index < i32(length());
    if reports && !is_ignored && !is_class {
        report_target(pair, 1u, length());
    }
    let counts = is_class && !is_ignored;
    return Class(counts, select(0u, u32(index), counts));
}

fn weight_of(label: u32) -> f32 { return WEIGHT; }

fn smoothing() -> f32 { return bitcast<f32>(smoothing_bits()); }
