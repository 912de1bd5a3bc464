// Combines the target with the sources, which `order` lists by slot: the thread of a slot's first source takes all, in order.

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let t = group_index(group, grid) * 256u + lane;
    var j = t / block();
    if j >= count() {
        return;
    }
    let slot = slots[order[j]];
    if slot == 0xffffffffu || (j > 0u && slots[order[max(j, 1u) - 1u]] == slot) {
        return;
    }
    let element = t % block();
    let at = places[order[j]] + place_target(element);
    var old = load_target(at);
    loop {
        let fresh = source(order[j] * block() + element);
        old = COMBINED;
        j++;
        if j >= count() {
            break;
        }
        if slots[order[j]] != slot {
            break;
        }
    }
    store_target(at, old);
}
