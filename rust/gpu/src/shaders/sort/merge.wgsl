// Merges neighbouring sorted runs of each line in pairs, 1024 elements of the result a workgroup: two searches say which part
// of either run these are, and each element's rank in the other part says where it goes. Of equal keys the left run's come first.

var<workgroup> own_keys: array<Key, 1024>;
var<workgroup> own_places: array<i32, 1024>;
var<workgroup> cuts: array<u32, 2>;

// How many of the first `taken` elements come from the left run.
fn split(left: u32, lefts: u32, right: u32, rights: u32, taken: u32) -> u32 {
    var low = taken - min(taken, rights);
    var high = min(taken, lefts);
    while low < high {
        let middle = (low + high) / 2u;
        if is_below(keys[right + taken - 1u - middle], keys[left + middle]) {
            high = middle;
        } else {
            low = middle + 1u;
        }
    }
    return low;
}

// How many elements from `first` up to `end`, which are sorted, come before a key of the left run, or of the right.
fn rank(key: Key, first: u32, end: u32, is_left: bool) -> u32 {
    var low = first;
    var high = end;
    while low < high {
        let middle = (low + high) / 2u;
        let other = own_keys[middle];
        if select(!is_below(key, other), is_below(other, key), is_left) {
            low = middle + 1u;
        } else {
            high = middle;
        }
    }
    return low - first;
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let own = group_index(group, grid);
    let line = own / tiles();
    let begin = own % tiles() * 1024u;
    let pair = begin / (2u * run()) * 2u * run();
    let lefts = min(run(), length() - pair);
    let rights = min(run(), length() - pair - lefts);
    let left = line * length() + pair;
    let right = left + lefts;
    let taken = begin - pair;
    let total = select(0u, min(1024u, lefts + rights - taken), line < count());
    if index < 2u && total > 0u {
        cuts[index] = split(left, lefts, right, rights, taken + index * total);
    }
    workgroupBarrier();
    let own_left = left + cuts[0];
    let own_right = right + taken - cuts[0];
    let own_lefts = cuts[1] - cuts[0];
    for (var i = index; i < total; i += 256u) {
        let at = select(own_right + i - own_lefts, own_left + i, i < own_lefts);
        own_keys[i] = keys[at];
        own_places[i] = load_places(at);
    }
    workgroupBarrier();
    for (var i = index; i < total; i += 256u) {
        let is_left = i < own_lefts;
        let key = own_keys[i];
        let before = rank(key, select(0u, own_lefts, is_left), select(own_lefts, total, is_left), is_left);
        let to = line * length() + begin + before + select(i - own_lefts, i, is_left);
        merged_keys[to] = key;
        store_out(to, own_places[i]);
    }
}
