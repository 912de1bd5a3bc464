//! Sorts along the last axis: tiles in workgroup memory, then runs merged in pairs. Keys and places are sorted; the elements
//! themselves are copied once, in the end.

mod in_turn;

use crate::context::Context;
use crate::in_parts::by_line;
use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::memory::{allocate, convert};
use crate::not_built::not_built;
use crate::order::{Order, key_type, placed_keys};
use crate::pipelines::Access;
use crate::program::MAX_ELEMENTS;
use crate::take;
use in_turn::Arrangement;
use pyrite_core::{Buffer, DType, Layout, Operand, Result};

/// Elements that a workgroup sorts.
const TILE: usize = 1024;
/// Up to so many, the largest are found by sorting tiles and dropping the rest of each.
const FEW: usize = TILE / 4;

/// Lines up to this length PyTorch sorts by insertion, which is stable.
const INSERTED: usize = 16;

fn length(input: &Operand) -> usize {
    input.layout.shape.last().copied().unwrap_or(1)
}

/// Values and their places, of which there are `count` a line, as `f` finds them in lines that kernels can see.
fn found(
    context: &Context,
    op: &str,
    input: &Operand,
    count: usize,
    f: impl Fn(&Operand) -> Result<(Buffer, Buffer)>,
) -> Result<(Buffer, Buffer)> {
    let [values, places] =
        by_line(context, op, input, count, [input.dtype, DType::I64], |input| f(input).map(Into::into))?;
    Ok((values, places))
}

/// Sorts the last axis; see `Backend::sort`.
pub fn sort(context: &Context, input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
    found(context, "sort", input, length(input), |input| sort_seen(context, input, descending))
}

fn sort_seen(context: &Context, input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
    let lines = lines(input)?;
    let places = sorted(context, &lines, order(descending))?;
    take::values_and_places(context, &lines, &places, lines.length, lines.length)
}

/// The same without a promise for equal elements: those of short lines stand as PyTorch leaves them.
pub fn sort_unstably(context: &Context, input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
    let length = length(input);
    found(context, "sort", input, length, |input| match length > INSERTED && in_turn::sorts(input) {
        true => in_turn::arranged(context, input, order(descending), Arrangement::Sort, length),
        false => sort_seen(context, input, descending),
    })
}

/// The place of the `k`-th least element; see `Backend::kth`.
pub fn kth(context: &Context, input: &Operand, k: usize) -> Result<Buffer> {
    let [places] = by_line(context, "kthvalue", input, 1, [DType::I64], |input| Ok([kth_seen(context, input, k)?]))?;
    Ok(places)
}

fn kth_seen(context: &Context, input: &Operand, k: usize) -> Result<Buffer> {
    if in_turn::arranges(input) {
        return in_turn::kth(context, input, k);
    }
    let lines = lines(input)?;
    let sorted = sorted(context, &lines, Order::Rising)?;
    let layout = Layout {
        shape: [lines.count].into_iter().collect(),
        strides: [lines.length as isize].into_iter().collect(),
        offset: k,
    };
    Ok(convert(context, &Operand { buffer: sorted, layout, dtype: DType::I32 }, DType::I64)?.buffer)
}

/// The first `k` of the sorted last axis; see `Backend::topk`.
pub fn topk(context: &Context, input: &Operand, k: usize, largest: bool) -> Result<(Buffer, Buffer)> {
    found(context, "topk", input, k, |input| topk_seen(context, input, k, largest))
}

fn topk_seen(context: &Context, input: &Operand, k: usize, largest: bool) -> Result<(Buffer, Buffer)> {
    if in_turn::arranges(input) {
        return in_turn::arranged(context, input, order(largest), Arrangement::Top(k), k);
    }
    let lines = lines(input)?;
    if k <= FEW {
        let places = first(context, &lines, k, order(largest))?;
        return take::values_and_places(context, &lines, &places, k, k);
    }
    let places = sorted(context, &lines, order(largest))?;
    take::values_and_places(context, &lines, &places, lines.length, k)
}

fn order(descending: bool) -> Order {
    if descending { Order::Falling } else { Order::Rising }
}

fn lines(input: &Operand) -> Result<Lines> {
    let lines = Lines::new(input, 1);
    match lines.count.saturating_mul(lines.length) > MAX_ELEMENTS {
        true => not_built(&format!("sorting {} x {} elements", lines.count, lines.length)),
        false => Ok(lines),
    }
}

/// How a line of `length` elements is cut into tiles: elements of a tile, tiles of a line.
fn cut(length: usize) -> (usize, usize) {
    let tile = length.next_power_of_two().clamp(2, TILE);
    (tile, length.div_ceil(tile))
}

/// The places of each line's elements in order, as int32.
fn sorted(context: &Context, lines: &Lines, order: Order) -> Result<Buffer> {
    let total = lines.count * lines.length;
    let (tile, tiles) = cut(lines.length);
    let size = if lines.starts.dtype.size() == 8 { 8 } else { 4 };
    let mut places = allocate(context, total * DType::I32.size())?;
    if tiles <= 1 {
        sort_tiles(context, lines, None, order, [tile, tile, lines.length], &places, None)?;
        return Ok(places);
    }
    let mut keys = allocate(context, total * size)?;
    sort_tiles(context, lines, None, order, [tile, tile, lines.length], &places, Some(&keys))?;
    let mut spare = (allocate(context, total * size)?, allocate(context, total * DType::I32.size())?);
    let mut run = tile;
    while run < lines.length {
        merge(context, lines, run, (&keys, &places), (&spare.0, &spare.1))?;
        std::mem::swap(&mut keys, &mut spare.0);
        std::mem::swap(&mut places, &mut spare.1);
        run *= 2;
    }
    Ok(places)
}

/// The places of the first `k` of each line's elements in order, as int32.
fn first(context: &Context, lines: &Lines, k: usize, order: Order) -> Result<Buffer> {
    let mut known: Option<Buffer> = None;
    let mut left = Lines { starts: lines.starts.clone(), steps: lines.steps.clone(), ..*lines };
    loop {
        let (tile, tiles) = cut(left.length);
        let row = if tiles <= 1 { k } else { (tiles - 1) * k + k.min(left.length - (tiles - 1) * tile) };
        let places = allocate(context, lines.count * row * DType::I32.size())?;
        sort_tiles(context, &left, known.as_ref(), order, [tile, k, row], &places, None)?;
        if tiles <= 1 {
            return Ok(places);
        }
        left.length = row;
        known = Some(places);
    }
}

/// Sorts tiles of elements, or of those at the places `known`; writes the places of `kept` of each tile, `row` of a line.
fn sort_tiles(
    context: &Context,
    lines: &Lines,
    known: Option<&Buffer>,
    order: Order,
    [tile, kept, row]: [usize; 3],
    places: &Buffer,
    sorted_keys: Option<&Buffer>,
) -> Result<()> {
    if lines.count * row == 0 {
        return Ok(());
    }
    let tiles = lines.length.div_ceil(tile);
    let mut kernel = Kernel::new("sort");
    kernel.input("item", &lines.starts);
    kernel.input("along", &lines.steps);
    if let Some(known) = known {
        kernel.dense("places", known, DType::I32);
    }
    kernel.output("out", places, DType::I32);
    let mut keep = "";
    if let Some(sorted_keys) = sorted_keys {
        kernel.words("keys", sorted_keys, "array<Key>", Access::Write);
        keep = "keys[at] = key;";
    }
    for (name, number) in [
        ("count", lines.count),
        ("length", lines.length),
        ("tiles", tiles),
        ("tile_length", tile),
        ("kept", kept),
        ("row", row),
    ] {
        kernel.number(name, number);
    }
    kernel.code(&placed_keys(lines.starts.dtype, order, known.is_some()));
    kernel.code(&format!("fn put(at: u32, key: Key, place: u32) {{ store_out(at, bitcast<i32>(place)); {keep} }}\n"));
    kernel.code(include_str!("shaders/sort/tile.wgsl"));
    kernel.launch(context, [(lines.count * tiles).div_ceil(TILE / tile), 1, 1])
}

/// Merges runs of `run` elements in pairs.
fn merge(
    context: &Context,
    lines: &Lines,
    run: usize,
    (from_keys, from): (&Buffer, &Buffer),
    (to_keys, to): (&Buffer, &Buffer),
) -> Result<()> {
    let tiles = lines.length.div_ceil(TILE);
    let mut kernel = Kernel::new("merge");
    kernel.words("keys", from_keys, "array<Key>", Access::Read);
    kernel.dense("places", from, DType::I32);
    kernel.words("merged_keys", to_keys, "array<Key>", Access::Write);
    kernel.output("out", to, DType::I32);
    kernel.number("count", lines.count);
    kernel.number("length", lines.length);
    kernel.number("tiles", tiles);
    kernel.number("run", run);
    kernel.code(key_type(lines.starts.dtype));
    kernel.code(include_str!("shaders/sort/merge.wgsl"));
    kernel.launch(context, [lines.count * tiles, 1, 1])
}
