fn lift(start: u32, line: u32, j: u32) -> Placed { return placed(start, load_places(line * length() + j)); }
