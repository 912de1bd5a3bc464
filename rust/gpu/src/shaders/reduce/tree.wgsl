// Folds lines of elements. A workgroup takes one tile of several lines: `lanes()` threads fold a line each their share, and
// then pairwise what they have. Value, identity, combine, lift_each (EACH elements of a line) and put are written in front of this.

var<workgroup> shares: array<Value, 256>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let own = group_index(group, grid);
    let width = 256u / lanes();
    let tile = own % tiles();
    let lane = select(index / width, index % lanes(), IS_ALONG);
    let slot = select(index % width, index / lanes(), IS_ALONG);
    let line = own / tiles() * width + slot;
    var value = identity();
    if line < count() {
        let start = place_item(line);
        let end = min(length(), (tile + 1u) * tile_length());
        for (var j = tile * tile_length() + EACH * lane; j < end; j += EACH * lanes()) {
            value = combine(value, lift_each(start, line, j));
        }
    }
    shares[lane * width + slot] = value;
    workgroupBarrier();
    for (var half = lanes() / 2u; half > 0u; half /= 2u) {
        if lane < half {
            shares[lane * width + slot] = combine(shares[lane * width + slot], shares[(lane + half) * width + slot]);
        }
        workgroupBarrier();
    }
    if lane == 0u && line < count() {
        put(line * tiles() + tile, shares[slot]);
    }
}
