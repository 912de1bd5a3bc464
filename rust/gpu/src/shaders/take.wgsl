// Copies the elements of each line that `picked` names by their places, and these places where they are wanted.
@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group_index(group, grid) * 256u + lane;
    if i >= count() * taken() {
        return;
    }
    let line = i / taken();
    let place = load_picked(line * picks() + i % taken());
    let at = place_item(line) + place_along(u32(place));
    COPY
    PLACE
}
