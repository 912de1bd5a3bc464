// A product of matrices whose second factor is seen through windows. `a` has the axes (group, row, depth, three of taps), `b`
// (group, column, depth, three of places), `out` (group, row, column, three of places). A column of the result is a column of
// `b` with a place of `out`; its sum runs over depths and taps. At place p of `out`, tap t sees the place
// `p * across + t * along + shift` of `b`, zero where there is none. Numbers below zero wrap around, which makes them too large.
//
// HAS_PHASES: only places of `out` that lie `phases` apart are seen by the same taps, so each such phase is a product of its
// own, over its own places and every `apart`-th tap from its first on.

struct Axis {
    first: u32,
    tap: u32,
    taps: u32,
    shift: u32,
}

struct Part {
    group: u32,
    begin: u32,
    end: u32,
    index: u32,
    first: vec3<u32>,
    taps: vec3<u32>,
    shift: vec3<u32>,
    at_a: u32,
    at_b: u32,
}

// Four columns: where they lie in `out`, whether they do, and where their first tap sees `b`.
struct Columns {
    at_out: vec4<u32>,
    is_there: vec4<bool>,
    at_b: vec4<u32>,
    x: vec4<u32>,
    y: vec4<u32>,
    z: vec4<u32>,
}

fn of_axis(phase: u32, axis: u32) -> Axis {
    let size = size_a(3u + axis);
    if !HAS_PHASES {
        return Axis(0u, 0u, size, shift(axis));
    }
    let step = i32(phases(axis));
    var tap = 0u;
    var ahead = i32(phase + shift(axis));
    while tap < min(apart(axis), size) && abs(ahead) % step != 0 {
        tap++;
        ahead -= i32(dilation(axis));
    }
    let taps = select(0u, (size - tap + apart(axis) - 1u) / apart(axis), tap < min(apart(axis), size));
    return Axis(phase, tap, taps, bitcast<u32>(select(-(-ahead / step), ahead / step, ahead >= 0)));
}

// The places of `out` in a phase, at most.
fn extent(axis: u32) -> u32 { return (size_out(3u + axis) + phases(axis) - 1u) / phases(axis); }

fn column_count() -> u32 { return size_out(2u) * extent(0u) * extent(1u) * extent(2u); }

// Groups, phases and parts of the sum, counted together.
fn part_count() -> u32 { return size_a(0u) * phases(0u) * phases(1u) * phases(2u) * parts(); }

fn part_at(i: u32) -> Part {
    let phase = i / parts();
    let x = of_axis(phase / phases(2u) / phases(1u) % phases(0u), 0u);
    let y = of_axis(phase / phases(2u) % phases(1u), 1u);
    let z = of_axis(phase % phases(2u), 2u);
    let group = phase / phases(2u) / phases(1u) / phases(0u);
    let length = size_a(2u) * x.taps * y.taps * z.taps;
    let begin = min(i % parts() * part_length(), length);
    let at_a = offset_a() + group * stride_a(0u) + x.tap * stride_a(3u) + y.tap * stride_a(4u) + z.tap * stride_a(5u);
    return Part(
        group,
        begin,
        min(begin + part_length(), length),
        i % parts(),
        vec3<u32>(x.first, y.first, z.first),
        vec3<u32>(x.taps, y.taps, z.taps),
        vec3<u32>(x.shift, y.shift, z.shift),
        at_a,
        offset_b() + group * stride_b(0u),
    );
}

// Depth and tap of the k-th term.
fn term_at(part: Part, k: u32) -> vec4<u32> {
    let x = k / part.taps.z;
    let y = x / part.taps.y;
    return vec4<u32>(y / part.taps.x, y % part.taps.x, x % part.taps.y, k % part.taps.z);
}

fn place_of_term(term: vec4<u32>) -> u32 {
    return term.x * stride_a(2u) + term.y * apart(0u) * stride_a(3u) + term.z * apart(1u) * stride_a(4u)
        + term.w * apart(2u) * stride_a(5u);
}

fn columns_at(part: Part, first: u32) -> Columns {
    let count = column_count();
    let column = min(first + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(count - 1u));
    let rest_z = column / extent(2u);
    let rest_y = rest_z / extent(1u);
    let outer = rest_y / extent(0u);
    let x = rest_y % extent(0u);
    let y = rest_z % extent(1u);
    let z = column % extent(2u);
    let out_x = x * phases(0u) + part.first.x;
    let out_y = y * phases(1u) + part.first.y;
    let out_z = z * phases(2u) + part.first.z;
    let is_there = first + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(count);
    let is_inside = (out_x < vec4<u32>(size_out(3u))) & (out_y < vec4<u32>(size_out(4u))) & (out_z < vec4<u32>(size_out(5u)));
    return Columns(
        outer * stride_out(2u) + out_x * stride_out(3u) + out_y * stride_out(4u) + out_z * stride_out(5u),
        is_there & is_inside,
        part.at_b + outer * stride_b(1u),
        x * across(0u) + part.shift.x,
        y * across(1u) + part.shift.y,
        z * across(2u) + part.shift.z,
    );
}

// What four columns see of `b` by a term.
fn seen(columns: Columns, term: vec4<u32>) -> vec4<f32> {
    let x = columns.x + term.y * along(0u);
    let y = columns.y + term.z * along(1u);
    let z = columns.z + term.w * along(2u);
    let is_inside = (x < vec4<u32>(size_b(3u))) & (y < vec4<u32>(size_b(4u))) & (z < vec4<u32>(size_b(5u)));
    return seen_at(columns.at_b + term.x * stride_b(2u) + x * stride_b(3u) + y * stride_b(4u) + z * stride_b(5u), is_inside);
}

fn seen_at(place: vec4<u32>, is_inside: vec4<bool>) -> vec4<f32> {
    let at = select(vec4<u32>(offset_b()), place, is_inside);
    return select(vec4<f32>(), vec4<f32>(load_b(at.x), load_b(at.y), load_b(at.z), load_b(at.w)), is_inside);
}

fn put(part: Part, row: u32, columns: Columns, sum: vec4<f32>) {
    if row >= size_a(1u) {
        return;
    }
    let values = sum + vec4<f32>(BIAS);
    let at = offset_out() + part.index * part_size() + part.group * stride_out(0u) + row * stride_out(1u);
    for (var i = 0u; i < 4u; i++) {
        if columns.is_there[i] {
            store_out(at + columns.at_out[i], values[i]);
        }
    }
}
