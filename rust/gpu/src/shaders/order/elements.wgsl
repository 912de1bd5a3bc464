fn lift(start: u32, line: u32, j: u32) -> Placed { return Placed(key_at(start + place_along(j)), j); }
