// Runs of the list `order` that have one slot.

fn combined(old: type_home, fresh: type_home) -> type_home {
    return COMBINED;
}

fn slot_at(j: u32) -> u32 {
    return slots[order[j]];
}

fn source_at(j: u32, element: u32) -> type_home {
    return source(order[j] * block() + element);
}

// Whether position j has the slot of the one before.
fn goes_on(j: u32) -> bool {
    return j > 0u && slot_at(max(j, 1u) - 1u) == slot_at(j);
}

// Where the chunk of position j ends.
fn end_of_chunk(j: u32) -> u32 {
    return min((j / CHUNK + 1u) * CHUNK, count());
}
