// Scans lines tile by tile. Each of the `lanes()` threads of a tile folds four neighbouring elements; the threads' results are
// scanned in workgroup memory. Value, identity, combine (in order), lift and put stand in front of this.

var<workgroup> shares: array<Value, 256>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let own = group_index(group, grid);
    let tile = own % tiles();
    let lane = index % lanes();
    let line = own / tiles() * (256u / lanes()) + index / lanes();
    let begin = (tile * lanes() + lane) * 4u;
    let end = select(begin, min(begin + 4u, length()), line < count());
    let start = place_item(line);
    var value = identity();
    for (var j = begin; j < end; j++) {
        value = combine(value, lift(start, line, j));
    }
    shares[index] = value;
    workgroupBarrier();
    for (var step = 1u; step < lanes(); step *= 2u) {
        var before = identity();
        if lane >= step {
            before = shares[index - step];
        }
        workgroupBarrier();
        shares[index] = combine(before, shares[index]);
        workgroupBarrier();
    }
    if line < count() {
        FINISH
    }
}
