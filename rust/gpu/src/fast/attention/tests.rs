use super::*;
use crate::memory::{allocate, download};
use crate::pipelines::Access;
use pyrite_core::random::Draw;

/// Weights beyond the first 2^32 are dropped by random numbers of their own, those that a draw of so many deals to them.
#[test]
fn weights_by_the_billion_are_dealt_numbers() {
    let context = match Context::open() {
        Ok(context) => context,
        Err(error) if std::env::var_os("PYRITE_REQUIRE_GPU").is_none() => return eprintln!("skipped: {error}"),
        Err(error) => panic!("PYRITE_REQUIRE_GPU is set, but {error}"),
    };
    let (rows, keys): (usize, usize) = (3 << 28, 1 << 20);
    let draw = |offset| Draw { law: Law::Bernoulli { p: 0.5 }, dtype: DType::F32, numel: rows * keys, seed: 7, offset };
    for (row, key) in [(0, 0), (5, 77), (4095, keys - 1), (4096, 3), (123_456_789, 987_654), (rows - 1, keys - 1)] {
        let place: usize = row * keys + key;
        let (turn, stream) = (place / draw(0).sequences(), place % draw(0).sequences());
        let dropout = |draw| Dropout { draw, rows: Layout::contiguous(&[1, 1, rows]) };
        // The same block as the first of a draw that starts later, where the place is that of the stream's number.
        let later = draw(4 * (turn / 4) as u64);
        let near = stream + turn % 4 * later.sequences();
        let found = random_of(&context, &dropout(draw(0)), (row, key), keys);
        assert_eq!(found, random_of(&context, &dropout(later), (near / keys, near % keys), keys), "{row} {key}");
    }
}

/// The random number of a weight.
fn random_of(context: &Context, dropout: &Dropout, (row, key): (usize, usize), keys: usize) -> [u8; 4] {
    let out = allocate(context, 4).unwrap();
    let mut kernel = Kernel::new("share");
    kernel.words("out", &out, "array<f32>", Access::Write);
    drop_weights(&mut kernel, dropout);
    kernel.number("row", row);
    kernel.number("key", key);
    kernel.number("keys", keys);
    kernel.code("fn size_k(axis: u32) -> u32 { return keys(); }");
    kernel.code("@compute @workgroup_size(1) fn main() { first_row = row(); out[0] = random_of(0u, key()); }");
    kernel.launch(context, [1, 1, 1]).unwrap();
    let mut bytes = [0; 4];
    download(context, &out, 0, &mut bytes).unwrap();
    bytes
}
