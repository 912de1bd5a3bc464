//! Reductions over the last axes of any layout. A line longer than a tile is folded tile by tile, and the results once more.
//! How the work is cut depends on layouts alone, so a device always gives the same bits.

use crate::context::Context;
use crate::elements::{compute_type, plus, times, wide};
use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::matmul;
use crate::memory::{allocate, convert};
use crate::not_built::not_built;
use crate::order::{Order, keys, placed_keys};
use crate::pipelines::WORKGROUP;
use crate::program::{self, MAX_ELEMENTS};
use crate::take;
use crate::window;
use pyrite_core::program::{Arg, Input, Program, Step};
use pyrite_core::{Buffer, DType, Error, Layout, Op, Operand, Reduction, Result, Scalar};

const VALUE: &str = include_str!("shaders/reduce/value.wgsl");
const ONE: &str = include_str!("shaders/reduce/one.wgsl");
const FOUR: &str = include_str!("shaders/reduce/four.wgsl");

/// Elements that one thread folds of a line, one after the other.
const SHARE: usize = 32;
/// Lines that are neighbours in memory are read this many at a time.
const NEIGHBOURS: usize = 32;

/// Reduces the last `axes` axes; see `Backend::reduce`.
pub fn reduce(context: &Context, kind: Reduction, input: &Operand, axes: usize) -> Result<Buffer> {
    let result = match kind {
        Reduction::Argmax | Reduction::Argmin => DType::I64,
        Reduction::Any | Reduction::All => DType::Bool,
        _ => input.dtype,
    };
    reduce_to(context, kind, input, axes, result)
}

/// What kernels do not see at once is halved, lines before elements. Sums and products may be kept wider than their input.
fn reduce_to(context: &Context, kind: Reduction, input: &Operand, axes: usize, result: DType) -> Result<Buffer> {
    if let Some(input) = window::around(context, input) {
        return reduce_seen(context, kind, &input, axes, result);
    }
    let layout = &input.layout;
    let kept = layout.rank() - axes;
    let Some(axis) = layout.shape.iter().position(|&size| size > 1) else {
        return window::too_large(context, "a reduction", input.buffer.0.len());
    };
    if axis >= kept && matches!(kind, Reduction::Argmax | Reduction::Argmin) {
        return place_in_parts(context, if kind == Reduction::Argmax { Order::Rising } else { Order::Least }, input);
    }
    let adds_up = axis >= kept && matches!(kind, Reduction::Sum | Reduction::Prod);
    let partial = if adds_up { wide(result) } else { result };
    let half = |start: usize, end: usize| {
        let layout = layout.slice(axis as isize, start, end - start, 1)?;
        let count: usize = layout.shape[..kept].iter().product();
        Ok((reduce_to(context, kind, &Operand { layout, ..input.clone() }, axes, partial)?, count))
    };
    let size = layout.shape[axis];
    let joined = joined(context, &[half(0, size / 2)?, half(size / 2, size)?], partial)?;
    if axis < kept {
        return Ok(joined);
    }
    let both = Operand { buffer: joined, layout: Layout::contiguous(&[2]), dtype: partial };
    reduce_seen(context, kind, &both, 1, result)
}

/// The place of the extreme of all elements: of those of its parts that whose element is furthest out.
fn place_in_parts(context: &Context, order: Order, input: &Operand) -> Result<Buffer> {
    let dense = if input.layout.is_contiguous() { input.clone() } else { convert(context, input, input.dtype)? };
    let (dtype, numel) = (input.dtype, input.layout.numel());
    let step = (context.window / 2 / dtype.size()).max(1);
    let (mut values, mut found) = (Vec::new(), Vec::new());
    for start in (0..numel).step_by(step) {
        let count = step.min(numel - start);
        let layout = Layout { offset: dense.layout.offset + start, ..Layout::contiguous(&[count]) };
        let lines = Lines::new(&window::seen(context, "argmax", &Operand { layout, ..dense.clone() })?, 1);
        let place = places(
            context,
            Lines { starts: lines.starts.clone(), steps: lines.steps.clone(), ..lines },
            order,
            DType::I32,
        )?;
        values.push((take::values(context, &lines, &place, 1, 1)?, 1));
        found.push((place, 1));
    }
    let values = vector(joined(context, &values, dtype)?, found.len(), dtype);
    let found = vector(joined(context, &found, DType::I32)?, found.len(), DType::I32);
    let part = places(context, Lines::new(&values, 1), order, DType::I32)?;
    let within = take::values(context, &Lines::new(&found, 1), &part, 1, 1)?;
    let [part, within] = [part, within].map(|place| convert(context, &vector(place, 1, DType::I32), DType::I64));
    let whole = |operand: Operand| Input { buffer: operand.buffer, layout: operand.layout, dtype: DType::I64 };
    let apply = |op, args: [Arg; 2]| Step::Apply { op, dtype: DType::I64, args: args.into_iter().collect() };
    let sum = Program {
        shape: [1].into_iter().collect(),
        numel: 1,
        inputs: vec![whole(part?), whole(within?)],
        scalars: vec![(Scalar::Int(step as i64), DType::I64)],
        steps: vec![apply(Op::mul, [Arg::Input(0), Arg::Scalar(0)]), apply(Op::add, [Arg::Step(0), Arg::Input(1)])],
        outputs: vec![1],
    };
    let out = allocate(context, DType::I64.size())?;
    program::run(context, &sum, std::slice::from_ref(&out))?;
    Ok(out)
}

fn vector(buffer: Buffer, count: usize, dtype: DType) -> Operand {
    Operand { buffer, layout: Layout::contiguous(&[count]), dtype }
}

/// Results one after another.
fn joined(context: &Context, parts: &[(Buffer, usize)], dtype: DType) -> Result<Buffer> {
    let out = allocate(context, parts.iter().map(|(_, count)| count).sum::<usize>() * dtype.size())?;
    let mut offset = 0;
    for (buffer, count) in parts {
        let dense = Layout::contiguous(&[*count]);
        let to = Operand { buffer: out.clone(), layout: Layout { offset, ..dense.clone() }, dtype };
        program::write(context, &Operand { buffer: buffer.clone(), layout: dense, dtype }, &to)?;
        offset += count;
    }
    Ok(out)
}

fn reduce_seen(context: &Context, kind: Reduction, input: &Operand, axes: usize, result: DType) -> Result<Buffer> {
    let lines = Lines::new(input, axes);
    if lines.count.saturating_mul(lines.length) > MAX_ELEMENTS {
        return not_built(&format!("the reduction {kind:?} of {} x {} elements", lines.count, lines.length));
    }
    let combines = matches!(kind, Reduction::Sum | Reduction::Prod | Reduction::Any | Reduction::All);
    if input.dtype.is_complex() && !combines {
        return not_built(&format!("the reduction {kind:?} of {}", input.dtype.name()));
    }
    let is_wide = input.dtype.size() == 8;
    match kind {
        Reduction::Argmax => places(context, lines, Order::Rising, DType::I64),
        Reduction::Argmin => places(context, lines, Order::Least, DType::I64),
        Reduction::Max if is_wide => extremes(context, lines, Order::Rising),
        Reduction::Min if is_wide => extremes(context, lines, Order::Least),
        Reduction::Any => truths(context, lines, "0u", "a | b"),
        Reduction::All => truths(context, lines, "1u", "a & b"),
        Reduction::Sum => sum(context, lines, result),
        Reduction::Prod => {
            let t = compute(context, input.dtype);
            numbers(context, lines, &format!("ONE_{t}"), &times(t, "a", "b"), result)
        }
        Reduction::Max => {
            numbers(context, lines, bound(input.dtype, true), &helper(context, "max", input.dtype), input.dtype)
        }
        Reduction::Min => {
            numbers(context, lines, bound(input.dtype, false), &helper(context, "min", input.dtype), input.dtype)
        }
    }
}

/// The sum of each line as `result`, a dtype with the same compute type.
pub fn sum(context: &Context, lines: Lines, result: DType) -> Result<Buffer> {
    let sum = plus(compute(context, lines.starts.dtype), "a", "b");
    numbers(context, lines, "Value(0)", &sum, result)
}

/// The sum of each line's elements times those of the same line of `other`, for each tile of the line; where there is a bias,
/// each line must be one tile.
pub fn dots(
    context: &Context,
    lines: &Lines,
    other: &Lines,
    cut: &Cut,
    out: (&Buffer, DType),
    bias: Option<&Operand>,
) -> Result<()> {
    let mut others = vec![("other", &other.starts), ("other_along", &other.steps)];
    others.extend(bias.map(|bias| ("bias", bias)));
    let t = compute(context, lines.starts.dtype);
    let sums = include_str!("shaders/matmul/dot.wgsl").replace("SUM", &plus(t, "a", "b"));
    let text = matmul::finished(bias.is_some()).to_owned() + &sums.replace("PRODUCT", &times(t, "x", "y"));
    launch(context, lines, cut, &text, &others, out)
}

/// Writes to `out` the float32 sum of what `text` makes of each line's elements: its `lift`, where `others` are bound as well.
pub fn sum_lifted(
    context: &Context,
    mut lines: Lines,
    text: &str,
    others: &[(&'static str, &Operand)],
    out: &Buffer,
) -> Result<()> {
    let rest = format!("{}{VALUE}{ONE}", fold("Value(0)", "a + b"));
    let (mut text, mut others) = (format!("{}{text}", fold("Value(0)", "a + b")), others);
    loop {
        let cut = Cut::of(&lines);
        let to = if cut.tiles == 1 { out.clone() } else { allocate(context, lines.count * cut.tiles * 4)? };
        launch(context, &lines, &cut, &text, others, (&to, DType::F32))?;
        if cut.tiles == 1 {
            return Ok(());
        }
        lines = tiled(to, DType::F32, lines.count, cut.tiles);
        (text, others) = (rest.clone(), &[]);
    }
}

/// The WGSL type of a dtype that is not complex.
fn compute(context: &Context, dtype: DType) -> &'static str {
    compute_type(dtype, context.long()).unwrap_or("f32")
}

/// What every number is above, or below.
fn bound(dtype: DType, is_lowest: bool) -> &'static str {
    match (dtype.is_float(), is_lowest) {
        (true, true) => "bitcast<f32>(0xff800000u)",
        (true, false) => "bitcast<f32>(0x7f800000u)",
        (false, true) => "i32(-0x7fffffff - 1)",
        (false, false) => "0x7fffffffi",
    }
}

fn helper(context: &Context, name: &str, dtype: DType) -> String {
    format!("{name}_{}(a, b)", compute(context, dtype))
}

fn fold(identity: &str, combination: &str) -> String {
    format!(
        "fn identity() -> Value {{ return {identity}; }}\n\nfn combine(a: Value, b: Value) -> Value {{ return {combination}; }}\n"
    )
}

/// Sums, products and the like, in the dtype's compute type.
fn numbers(context: &Context, mut lines: Lines, identity: &str, combination: &str, result: DType) -> Result<Buffer> {
    let wide = wide(lines.starts.dtype);
    loop {
        let cut = Cut::of(&lines).in_vectors(&lines);
        let lift = if cut.each == 1 { ONE } else { FOUR };
        let text = format!("{}{VALUE}{lift}", fold(identity, combination));
        let to = if cut.tiles == 1 { result } else { wide };
        let out = allocate(context, lines.count * cut.tiles * to.size())?;
        launch(context, &lines, &cut, &text, &[], (&out, to))?;
        if cut.tiles == 1 {
            return Ok(out);
        }
        lines = tiled(out, wide, lines.count, cut.tiles);
    }
}

/// Whether any element is not zero, or whether none is.
fn truths(context: &Context, mut lines: Lines, identity: &str, combination: &str) -> Result<Buffer> {
    let truth = include_str!("shaders/reduce/truth.wgsl");
    loop {
        let dtype = lines.starts.dtype;
        let mut cut = Cut::of(&lines);
        // Eight bytes are words to compare, on devices that compute in no such dtype as well.
        if dtype.size() < 8 {
            cut = cut.in_vectors(&lines);
        }
        let to = if cut.tiles == 1 { DType::Bool } else { DType::I32 };
        let out = allocate(context, lines.count * cut.tiles * to.size())?;
        let lift = match cut.each {
            1 => {
                truth_of(dtype)
                    + "fn lift(start: u32, line: u32, j: u32) -> Value { return u32(is_true_at(start + place_along(j))); }\n"
            }
            _ => format!(
                "fn lifted(x: type_item) -> Value {{ return u32(is_true_{}(x)); }}\n\n{FOUR}",
                compute(context, dtype)
            ),
        };
        let text = format!("{}{truth}{lift}", fold(identity, combination));
        launch(context, &lines, &cut, &text, &[], (&out, to))?;
        if cut.tiles == 1 {
            return Ok(out);
        }
        lines = tiled(out, DType::I32, lines.count, cut.tiles);
    }
}

/// The WGSL of `is_true_at(place)`.
fn truth_of(dtype: DType) -> String {
    let compute = match dtype {
        DType::C64 => "c64",
        DType::C128 => "c128",
        _ => return keys(dtype, Order::Rising),
    };
    format!("fn is_true_at(at: u32) -> bool {{ return is_true_{compute}(load_item(at)); }}\n")
}

/// The first place of each line's element with the largest key, as int64 or int32.
fn places(context: &Context, mut lines: Lines, order: Order, result: DType) -> Result<Buffer> {
    let mut known: Option<Operand> = None;
    loop {
        let cut = Cut::of(&lines);
        let to = if cut.tiles == 1 { result } else { DType::I32 };
        let out = allocate(context, lines.count * cut.tiles * to.size())?;
        let store = if to == DType::I64 { "store_index_out" } else { "store_out" };
        let keys = placed_keys(lines.starts.dtype, order, known.is_some());
        let text = format!("{keys}{}", include_str!("shaders/reduce/place.wgsl").replace("STORE", store));
        let others: &[_] = if let Some(known) = &known { &[("places", known)] } else { &[] };
        launch(context, &lines, &cut, &text, others, (&out, to))?;
        if cut.tiles == 1 {
            return Ok(out);
        }
        lines.length = cut.tiles;
        let layout = Layout::contiguous(&[lines.count, cut.tiles]);
        known = Some(Operand { buffer: out, layout, dtype: DType::I32 });
    }
}

/// The elements with the largest key.
fn extremes(context: &Context, lines: Lines, order: Order) -> Result<Buffer> {
    let again = Lines { starts: lines.starts.clone(), steps: lines.steps.clone(), ..lines };
    let places = places(context, again, order, DType::I32)?;
    take::values(context, &lines, &places, 1, 1)
}

/// The results of tiles as lines.
fn tiled(buffer: Buffer, dtype: DType, count: usize, tiles: usize) -> Lines {
    Lines::new(&Operand { buffer, layout: Layout::contiguous(&[count, tiles]), dtype }, 1)
}

/// How lines are cut: elements that a thread reads at a time, threads of a line, elements of a tile, tiles of a line.
pub struct Cut {
    is_along: bool,
    each: usize,
    lanes: usize,
    tile: usize,
    tiles: usize,
}

impl Cut {
    fn of(lines: &Lines) -> Cut {
        Cut::new(lines.run_along_memory(), lines.count, lines.length)
    }

    /// `is_along`: whether neighbours in memory belong to one line, so that neighbouring threads should.
    pub fn new(is_along: bool, count: usize, length: usize) -> Cut {
        let neighbours = if is_along { 1 } else { count.next_power_of_two().clamp(1, NEIGHBOURS) };
        let lanes = length.div_ceil(4).next_power_of_two().clamp(1, WORKGROUP / neighbours);
        let tile = lanes * SHARE;
        Cut { is_along, each: 1, lanes, tile, tiles: length.div_ceil(tile).max(1) }
    }

    /// The same cut, read four elements at a time where the lines lie well for it.
    fn in_vectors(self, lines: &Lines) -> Cut {
        let each = if lines.lie_in_vectors(4) { 4 } else { 1 };
        Cut { each, ..self }
    }

    /// Tiles of a line.
    pub fn tiles(&self) -> usize {
        self.tiles
    }
}

fn launch(
    context: &Context,
    lines: &Lines,
    cut: &Cut,
    text: &str,
    others: &[(&'static str, &Operand)],
    (out, to): (&Buffer, DType),
) -> Result<()> {
    let groups = lines.count.div_ceil(WORKGROUP / cut.lanes).checked_mul(cut.tiles);
    let Some(groups) = groups.filter(|&groups| groups <= MAX_ELEMENTS) else {
        return Err(Error::Invalid("gpu: too many elements to reduce at once".into()));
    };
    let mut kernel = Kernel::new("reduction");
    if cut.each == 1 {
        kernel.input("item", &lines.starts);
        kernel.input("along", &lines.steps);
    } else {
        kernel.input("item", &lines.starts);
        kernel.in_fours("item");
    }
    for (name, operand) in others {
        kernel.input(name, operand);
    }
    kernel.output("out", out, to);
    kernel.number("count", lines.count);
    kernel.number("length", lines.length);
    kernel.number("lanes", cut.lanes);
    kernel.number("tiles", cut.tiles);
    kernel.number("tile_length", cut.tile);
    let each = if cut.each == 1 { include_str!("shaders/reduce/each.wgsl") } else { "" };
    let tree = include_str!("shaders/reduce/tree.wgsl");
    kernel.code(&format!("const IS_ALONG = {};\n{text}{each}{tree}", cut.is_along));
    kernel.launch(context, [groups, 1, 1])
}
