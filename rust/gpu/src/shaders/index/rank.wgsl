// Lists the sources by slot: each stands behind those with a lower slot, and those before it with the same.
fn each(i: u32) {
    let own = slots[i];
    var rank = 0u;
    for (var j = 0u; j < count(); j++) {
        let other = slots[j];
        rank += select(0u, 1u, other < own || (other == own && j < i));
    }
    order[rank] = i;
}
