// Sorts tiles of a line by key and place, in workgroup memory: a bitonic network over 1024 elements, which hold one tile or
// several of `tile_length()` (a power of two). Of each tile `kept()` elements at most are put where they go.

var<workgroup> own_keys: array<Key, 1024>;
var<workgroup> own_places: array<u32, 1024>;

fn is_after(i: u32, j: u32) -> bool {
    let is_tie = !is_below(own_keys[i], own_keys[j]) && !is_below(own_keys[j], own_keys[i]);
    return is_below(own_keys[j], own_keys[i]) || (is_tie && own_places[j] < own_places[i]);
}

fn swap(i: u32, j: u32) {
    let key = own_keys[i];
    let place = own_places[i];
    own_keys[i] = own_keys[j];
    own_places[i] = own_places[j];
    own_keys[j] = key;
    own_places[j] = place;
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let first = group_index(group, grid) * (1024u / tile_length());
    for (var i = index; i < 1024u; i += 256u) {
        let tile = first + i / tile_length();
        let line = tile / tiles();
        let j = tile % tiles() * tile_length() + i % tile_length();
        var placed = Placed(HIGHEST, 0xffffffffu);
        if line < count() && j < length() {
            placed = lift(place_item(line), line, j);
        }
        own_keys[i] = placed.key;
        own_places[i] = placed.place;
    }
    workgroupBarrier();
    for (var size = 2u; size <= tile_length(); size *= 2u) {
        for (var step = size / 2u; step > 0u; step /= 2u) {
            for (var pair = index; pair < 512u; pair += 256u) {
                let low = pair / step * 2u * step + pair % step;
                let falls = size < tile_length() && (low & size) != 0u;
                if is_after(low, low + step) != falls {
                    swap(low, low + step);
                }
            }
            workgroupBarrier();
        }
    }
    for (var i = index; i < 1024u; i += 256u) {
        let tile = first + i / tile_length();
        let line = tile / tiles();
        let within = i % tile_length();
        let at = tile % tiles() * kept() + within;
        if line < count() && within < kept() && at < row() {
            put(line * row() + at, own_keys[i], own_places[i]);
        }
    }
}
