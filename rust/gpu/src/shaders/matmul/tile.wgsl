// A workgroup's part of a product: SIDE x SIDE elements of the result, and the steps along k from `begin` to `end`, of whose
// sums each part of k has its own result.

struct Tile { part: u32, row: u32, column: u32, at_a: u32, at_b: u32, begin: u32, end: u32 }

fn tile_at(own: u32) -> Tile {
    let down = (size_a(1u) + SIDE - 1u) / SIDE;
    let across = (size_b(2u) + SIDE - 1u) / SIDE;
    let part = own / (down * across);
    // Tiles are taken in bands of eight rows, so that those in flight together share what they read.
    let tile = own % (down * across);
    let band = tile / (8u * across) * 8u;
    let height = min(8u, down - band);
    let row = band + tile % (8u * across) % height;
    let column = tile % (8u * across) / height;
    let batch = part % size_a(0u);
    let begin = part / size_a(0u) * part_length();
    let end = min(begin + part_length(), size_a(2u));
    let at_a = offset_a() + batch * stride_a(0u);
    let at_b = offset_b() + batch * stride_b(0u);
    return Tile(part, row * SIDE, column * SIDE, at_a, at_b, begin, end);
}
