// A key of 64 bits, the low word first.
alias Key = vec2<u32>;

const LOWEST = vec2<u32>(0u, 0u);
const HIGHEST = vec2<u32>(0xffffffffu, 0xffffffffu);

fn is_below(a: Key, b: Key) -> bool { return a.y < b.y || (a.y == b.y && a.x < b.x); }
