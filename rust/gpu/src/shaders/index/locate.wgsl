// Where each index leads: the place in the target and the slot, NONE where the index is out of bounds.

const NONE = 0xffffffffu;

var<private> place: u32;
var<private> slot: u32;
var<private> fits: bool = true;

fn each(i: u32) {
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
