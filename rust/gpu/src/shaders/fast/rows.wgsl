// Where a thread works: it takes every `lanes()`-th item of a line, the first of them at `lane`.
struct Seat { line: u32, lane: u32, slot: u32 }

fn seat_of(group: vec3<u32>, grid: vec3<u32>, index: u32) -> Seat {
    let width = 256u / lanes();
    let lane = select(index / width, index % lanes(), IS_ALONG);
    let slot = select(index % width, index / lanes(), IS_ALONG);
    return Seat(group_index(group, grid) * width + slot, lane, slot);
}

var<workgroup> shares: array<Value, 256>;

// The values of all threads of a line, combined. All threads of the workgroup call it together.
fn across(seat: Seat, value: Value) -> Value {
    let width = 256u / lanes();
    shares[seat.lane * width + seat.slot] = value;
    workgroupBarrier();
    for (var half = lanes() / 2u; half > 0u; half /= 2u) {
        if seat.lane < half {
            let at = seat.lane * width + seat.slot;
            shares[at] = combine(shares[at], shares[at + half * width]);
        }
        workgroupBarrier();
    }
    let whole = shares[seat.slot];
    workgroupBarrier();
    return whole;
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let seat = seat_of(group, grid, index);
    let is_inside = seat.line < count();
    let line = min(seat.line, count() - 1u);
    let end = select(0u, length(), is_inside);
    STARTS
    HOLD
    BODY
}
