// Where each index leads: the place in the target and the slot, NONE where the index is out of bounds.

const NONE = 0xffffffffu;

var<private> place: u32;
var<private> slot: u32;
var<private> fits: bool = true;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, grid) * 256u + lane;
    if i >= count() {
        return;
    }
    place = FIRST_PLACE;
    slot = FIRST_SLOT;
    fits = slot != NONE;
    pick(i);
    places[i] = place;
    slots[i] = select(NONE, slot, fits);
    if fits {
        RESET
    }
}
