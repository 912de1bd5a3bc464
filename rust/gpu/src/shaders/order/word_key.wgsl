// A key of 32 bits.
alias Key = u32;

const LOWEST = 0u;
const HIGHEST = 0xffffffffu;

fn is_below(a: Key, b: Key) -> bool { return a < b; }
