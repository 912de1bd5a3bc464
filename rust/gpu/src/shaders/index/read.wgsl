// Reads by index: each thread writes one word of the result, of PER_WORD elements.

var<private> place: u32;
var<private> slot: u32;
var<private> fits: bool = true;

fn each(own: u32) {
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
    out[own] = word;
}
