const EACH = 1u;

fn lift_each(start: u32, line: u32, j: u32) -> Value { return lift(start, line, j); }
