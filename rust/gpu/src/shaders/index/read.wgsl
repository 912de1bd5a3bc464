// Reads by index: each thread writes one word of the result, of PER_WORD elements.

var<private> place: u32;
var<private> slot: u32;
var<private> fits: bool = true;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let own = group_index(group, grid) * 256u + lane;
    let end = min((own + 1u) * PER_WORD, count());
    var word = 0u;
    for (var i = own * PER_WORD; i < end; i++) {
        place = place_input(i);
        fits = true;
        pick(i);
        if fits {
            word |= (bitcast<u32>(load_input(place)) & MASK) << (i % PER_WORD * BITS);
        }
    }
    if own * PER_WORD < count() {
        out[own] = word;
    }
}
