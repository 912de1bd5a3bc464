// A workgroup sorts a line: introsort's ranges are split side by side, those of one depth in one round. A line has at most 2^14
// elements, so that a range fits in a word and those of more than 16 elements in a list of 1024.

var<workgroup> ranges: array<u32, 2048>;
var<workgroup> counts: array<atomic<u32>, 2>;

// Keeps a range for the next round; sorts it if it is short.
fn keep(list: u32, first: u32, last: u32) {
    if last - first <= 16u {
        insertion_sort(first, last);
    } else {
        ranges[list * 1024u + atomicAdd(&counts[list], 1u)] = (first << 16u) | last;
    }
}

fn split(list: u32, depth: u32, range: u32) {
    let first = range >> 16u;
    let last = range & 0xffffu;
    if depth == 0u {
        partial_sort(first, last, last - first);
        return;
    }
    let cut = split_range(first, last);
    keep(list, first, cut);
    keep(list, cut, last);
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let line = group_index(group, grid);
    origin = place_item(line);
    base = line * length();
    for (var i = index; i < length(); i += 256u) { put_place(i, i); }
    if index < 2u { atomicStore(&counts[index], 0u); }
    storageBarrier();
    workgroupBarrier();
    if index == 0u { keep(0u, 0u, length()); }
    var depth = depth_of(length());
    var list = 0u;
    loop {
        storageBarrier();
        workgroupBarrier();
        let count = atomicLoad(&counts[list]);
        if count == 0u { break; }
        for (var k = index; k < count; k += 256u) { split(1u - list, depth, ranges[list * 1024u + k]); }
        workgroupBarrier();
        if index == 0u { atomicStore(&counts[list], 0u); }
        list = 1u - list;
        depth -= 1u;
    }
}
