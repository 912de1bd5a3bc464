// An element by its key and its place in its line.
struct Placed {
    key: Key,
    place: u32,
}

alias Value = Placed;

fn placed(start: u32, place: i32) -> Placed { return Placed(key_at(start + place_along(u32(place))), u32(place)); }
