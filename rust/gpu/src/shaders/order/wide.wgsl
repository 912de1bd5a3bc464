// Reads the keys of elements of 64 bits. Both zeros have the same.
fn bits_at(at: u32) -> vec2<u32> { return vec2<u32>(item_words[2u * at], item_words[2u * at + 1u]); }

fn key_at(at: u32) -> Key {
    let bits = bits_at(at);
    if !IS_FLOAT {
        return vec2<u32>(bits.x ^ TURN, bits.y ^ FLIP ^ TURN);
    }
    let high = bits.y & ~SIGN;
    let is_negative = bits.y != high && (high | bits.x) != 0u;
    let is_nan = high > INFINITY || (high == INFINITY && bits.x != 0u);
    let rising = select(vec2<u32>(bits.x, high | SIGN), ~bits, is_negative);
    return select(rising ^ vec2<u32>(TURN), vec2<u32>(NAN), is_nan);
}

fn is_true_at(at: u32) -> bool {
    let bits = bits_at(at);
    return (select(bits.y, bits.y & ~SIGN, IS_FLOAT) | bits.x) != 0u;
}
