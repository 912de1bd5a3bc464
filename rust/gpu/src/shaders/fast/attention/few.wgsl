// Four lines, queries that read the same keys, go through those 64 at a time. A thread first takes a quarter of the columns of a
// key, then the score of that key under one line, then a column of the values under a quarter of the keys.

// The columns of the four lines.
var<workgroup> queries: array<vec4<f32>, 256>;
// Sums of one thread, a line in each part of a vector.
var<workgroup> shares: array<vec4<f32>, 256>;
// A score, then a weight, for each key and line.
var<workgroup> weights: array<f32, 256>;
// How much is left of the sums of a line; in the end the sum of its weights.
var<workgroup> fades: array<f32, 4>;

var<private> y_start: u32;

fn lines() -> u32 { return size_q(1u) / size_k(1u) * size_q(2u); }

// Moves to the head of a line; its query, or one that is none.
fn to_line(part: u32, place: u32, line: u32) -> u32 {
    let is_line = line < lines();
    let own = select(0u, line, is_line);
    let first_head = place % size_k(1u) * (size_q(1u) / size_k(1u));
    enter(part, place / size_k(1u), first_head + own / size_q(2u));
    return select(size_q(2u), own % size_q(2u), is_line);
}

fn put(part: u32, place: u32, first_line: u32, column: u32, sums: vec4<f32>) {
    for (var i = 0u; i < 4u; i++) {
        let query = to_line(part, place, first_line + i);
        if query < size_q(2u) && column < size_y(3u) {
            store_y(y_start + query * stride_y(2u) + column * stride_y(3u), average(sums[i], fades[i]));
        }
    }
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) grid: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let heads = size_k(0u) * size_k(1u);
    let fours = (lines() + 3u) / 4u;
    let place = group_index(group, grid) % heads;
    let first_line = group_index(group, grid) / heads % fours * 4u;
    let part = group_index(group, grid) / heads / fours;
    if part >= parts() {
        return;
    }
    var own = vec4<f32>();
    for (var i = 0u; i < 4u; i++) {
        let query = to_line(part, place, first_line + i);
        own[i] = q_at(query, index);
    }
    queries[index] = own;
    workgroupBarrier();
    let quarter = index % 4u;
    let column = index % 64u;
    let query = to_line(part, place, first_line + quarter);
    let end = end_of(part, select(size_k(2u), min(size_k(2u), size_q(2u)), IS_CAUSAL));
    var top = -infinity();
    var total = 0.0;
    SUMS
    for (var first = part * part_length(); first < end; first += 64u) {
        let key = first + index / 4u;
        var products = vec4<f32>();
        for (var e = 4u * quarter; e < size_q(3u); e += 16u) {
            for (var c = e; c < e + 4u; c++) {
                products += queries[c] * k_at(key, c);
            }
        }
        shares[index] = products;
        workgroupBarrier();
        let of_key = index - quarter;
        let product =
            shares[of_key][quarter] + shares[of_key + 1u][quarter] + shares[of_key + 2u][quarter] + shares[of_key + 3u][quarter];
        let own_score = score(query, key, product);
        weights[index] = own_score;
        workgroupBarrier();
        var high = top;
        for (var i = quarter; i < 256u; i += 4u) {
            high = max(high, weights[i]);
        }
        workgroupBarrier();
        // Finite, so that a query that has not seen a key yet stays at zero.
        let level = max(high, -3.0e38);
        let weight = exp_f32(own_score - level);
        let fade = exp_f32(top - level);
        top = high;
        total = total * fade + weight;
        weights[index] = weight * share(query, key);
        if index < 4u {
            fades[index] = fade;
        }
        workgroupBarrier();
        let left = vec4<f32>(fades[0], fades[1], fades[2], fades[3]);
        FADE
        for (var i = index / 64u * 16u; i < index / 64u * 16u + 16u; i++) {
            let given = vec4<f32>(weights[4u * i], weights[4u * i + 1u], weights[4u * i + 2u], weights[4u * i + 3u]);
            GATHER
        }
    }
    workgroupBarrier();
    weights[index] = total;
    workgroupBarrier();
    total = 0.0;
    for (var i = quarter; i < 256u; i += 4u) {
        total += weights[i];
    }
    if index < 4u {
        fades[index] = total;
        if query < size_q(2u) {
            let head = (part * size_q(0u) * size_k(1u) + place) * lines();
            store_logarithm(head + first_line + index, logarithm_of(top, total));
        }
    }
    PUT
}
