// Reads the keys of elements of at most 32 bits. Both zeros have the same.
fn bits_at(at: u32) -> u32 { return (item_words[at / PER_WORD] >> (at % PER_WORD * BITS)) & MASK; }

fn key_at(at: u32) -> Key {
    let bits = bits_at(at);
    if !IS_FLOAT {
        return bits ^ FLIP ^ TURN;
    }
    let magnitude = bits & ~SIGN;
    let is_negative = bits != magnitude && magnitude != 0u;
    let rising = select(magnitude | SIGN, bits ^ MASK, is_negative);
    return select(rising ^ TURN, NAN, magnitude > INFINITY);
}

fn is_true_at(at: u32) -> bool {
    let bits = bits_at(at);
    return select(bits, bits & ~SIGN, IS_FLOAT) != 0u;
}
