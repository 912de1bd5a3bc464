// Sums of tiles: workgroup `row * tiles + tile` adds up to 4096 elements of one row, pairwise.

// groups, length of a row, tiles of a row, offset, rank; then the input's shape and its strides.
@group(0) @binding(0) var<uniform> parameters: array<vec4<u32>, 16>;
@group(0) @binding(1) var<storage, read> elements: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

var<workgroup> partial: array<f32, 256>;

fn word(i: u32) -> u32 {
    return parameters[i / 4u][i % 4u];
}

// Where element i, counted row-major, lies in memory.
fn place(i: u32) -> u32 {
    let rank = word(4u);
    var at = word(3u);
    var rest = i;
    for (var axis = rank; axis > 0u; axis--) {
        let size = word(4u + axis);
        at += rest % size * word(4u + rank + axis);
        rest /= size;
    }
    return at;
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let own = group.y * grid.x + group.x;
    let length = word(1u);
    let tiles = word(2u);
    let row = own / tiles;
    let start = own % tiles * 4096u;
    let end = select(0u, min(start + 4096u, length), own < word(0u));
    var sum = 0.0;
    for (var j = start + lane; j < end; j += 256u) {
        sum += elements[place(row * length + j)];
    }
    partial[lane] = sum;
    workgroupBarrier();
    for (var width = 128u; width > 0u; width /= 2u) {
        if lane < width {
            partial[lane] += partial[lane + width];
        }
        workgroupBarrier();
    }
    if lane == 0u && own < word(0u) {
        sums[own] = partial[0];
    }
}
