//! Scans along the last axis. A line longer than a tile is scanned in three steps: the totals of its tiles, these scanned in
//! turn, and every tile from what comes before it. The order of operations depends on sizes alone.

use crate::context::Context;
use crate::elements::{compute_type, plus, times, wide};
use crate::in_parts::by_line;
use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::memory::{allocate, convert};
use crate::not_built::not_built;
use crate::order::{Order, placed_keys};
use crate::pipelines::WORKGROUP;
use crate::prelude;
use crate::program::MAX_ELEMENTS;
use crate::take;
use pyrite_core::{Buffer, DType, Error, Layout, Operand, Result, Scan};

/// Neighbouring elements that one thread scans, as in `shaders/scan/tile.wgsl`.
const SHARE: usize = 4;

const TILE: &str = include_str!("shaders/scan/tile.wgsl");

/// How the elements of a line are combined.
enum Fold {
    /// The WGSL of the combination, in the compute type; results are kept in this dtype.
    Numbers(String, DType),
    /// Logarithms of sums of exponentials, as float32 or float64.
    Exponentials(DType),
    /// The largest keys.
    Places(Order),
}

/// Scans the last axis; see `Backend::scan`.
pub fn scan(context: &Context, kind: Scan, input: &Operand) -> Result<(Buffer, Option<Buffer>)> {
    let length = input.layout.shape.last().copied().unwrap_or(1);
    if matches!(kind, Scan::Max | Scan::Min) {
        let dtypes = [input.dtype, DType::I64];
        let [values, places] = by_line(context, "cummax", input, length, dtypes, |input| {
            let (values, places) = scan_seen(context, kind, input)?;
            Ok([values, places.expect("the scan of an extreme finds places")])
        })?;
        return Ok((values, Some(places)));
    }
    let op = format!("the scan {kind:?}");
    let [values] =
        by_line(context, &op, input, length, [input.dtype], |input| Ok([scan_seen(context, kind, input)?.0]))?;
    Ok((values, None))
}

fn scan_seen(context: &Context, kind: Scan, input: &Operand) -> Result<(Buffer, Option<Buffer>)> {
    let lines = Lines::new(input, 1);
    let dtype = input.dtype;
    if lines.count.saturating_mul(lines.length) > MAX_ELEMENTS {
        return not_built(&format!("the scan {kind:?} of {} x {} elements", lines.count, lines.length));
    }
    if dtype.is_complex() && !matches!(kind, Scan::Sum | Scan::Prod | Scan::LogSumExp) {
        return not_built(&format!("the scan {kind:?} of {}", dtype.name()));
    }
    let simple = |identity: &str, combination: &str| {
        format!("{}fn combine(a: Value, b: Value) -> Value {{ return {combination}; }}\n", start_at(identity))
    };
    let t = compute_type(dtype, context.long()).unwrap_or("f32");
    let text = match kind {
        Scan::Sum => simple("Value(0)", &plus(t, "a", "b")),
        Scan::Prod => simple(&format!("ONE_{t}"), &times(t, "a", "b")),
        Scan::LogSumExp if !dtype.is_float() => return Err(Error::Unsupported { op: "logcumsumexp", dtype }),
        Scan::LogSumExp => return exponentials(context, &lines),
        Scan::Max => return extremes(context, &lines, Order::Rising),
        Scan::Min => return extremes(context, &lines, Order::Least),
    };
    let wide = wide(dtype);
    let buffer = scanned(context, &Fold::Numbers(text, wide), &lines, None)?;
    Ok((narrowed(context, &lines, buffer, wide)?, None))
}

fn exponentials(context: &Context, lines: &Lines) -> Result<(Buffer, Option<Buffer>)> {
    let wide = wide(lines.starts.dtype);
    let buffer = scanned(context, &Fold::Exponentials(wide), lines, None)?;
    Ok((narrowed(context, lines, buffer, wide)?, None))
}

/// Results that were kept in the dtype `wide`, in that of the lines.
fn narrowed(context: &Context, lines: &Lines, buffer: Buffer, wide: DType) -> Result<Buffer> {
    let dtype = lines.starts.dtype;
    if wide == dtype {
        return Ok(buffer);
    }
    let layout = Layout::contiguous(&[lines.count, lines.length]);
    Ok(convert(context, &Operand { buffer, layout, dtype: wide }, dtype)?.buffer)
}

fn start_at(identity: &str) -> String {
    format!("fn identity() -> Value {{ return {identity}; }}\n\n")
}

fn extremes(context: &Context, lines: &Lines, order: Order) -> Result<(Buffer, Option<Buffer>)> {
    let places = scanned(context, &Fold::Places(order), lines, None)?;
    let (values, places) = take::values_and_places(context, lines, &places, lines.length, lines.length)?;
    Ok((values, Some(places)))
}

/// The scan of every line; of the elements at the places `known`, where there are such.
fn scanned(context: &Context, fold: &Fold, lines: &Lines, known: Option<&Buffer>) -> Result<Buffer> {
    let lanes = lines.length.div_ceil(SHARE).next_power_of_two().clamp(1, WORKGROUP);
    let tiles = lines.length.div_ceil(lanes * SHARE);
    let dtype = match fold {
        Fold::Numbers(_, wide) | Fold::Exponentials(wide) => *wide,
        Fold::Places(_) => DType::I32,
    };
    let mut carries = None;
    if tiles > 1 {
        let totals = allocate(context, lines.count * tiles * dtype.size())?;
        launch(context, fold, lines, known, [lanes, tiles], Part::Totals, (&totals, dtype))?;
        carries = Some(match fold {
            Fold::Places(_) => {
                let chosen =
                    Lines { starts: lines.starts.clone(), steps: lines.steps.clone(), length: tiles, ..*lines };
                scanned(context, fold, &chosen, Some(&totals))?
            }
            Fold::Numbers(..) | Fold::Exponentials(_) => {
                let layout = Layout::contiguous(&[lines.count, tiles]);
                scanned(context, fold, &Lines::new(&Operand { buffer: totals, layout, dtype }, 1), None)?
            }
        });
    }
    let out = allocate(context, lines.count * lines.length * dtype.size())?;
    let part = Part::Running(carries.as_ref());
    launch(context, fold, lines, known, [lanes, tiles], part, (&out, dtype))?;
    Ok(out)
}

/// What a kernel writes.
enum Part<'a> {
    /// What each tile comes to.
    Totals,
    /// Every element's result, from what the tiles up to each come to.
    Running(Option<&'a Buffer>),
}

fn launch(
    context: &Context,
    fold: &Fold,
    lines: &Lines,
    known: Option<&Buffer>,
    [lanes, tiles]: [usize; 2],
    part: Part<'_>,
    (out, dtype): (&Buffer, DType),
) -> Result<()> {
    let mut kernel = Kernel::new("scan");
    kernel.input("item", &lines.starts);
    kernel.input("along", &lines.steps);
    if let Some(known) = known {
        kernel.dense("places", known, DType::I32);
    }
    kernel.output("out", out, dtype);
    kernel.number("count", lines.count);
    kernel.number("length", lines.length);
    kernel.number("lanes", lanes);
    kernel.number("tiles", tiles);
    let carried = match fold {
        Fold::Numbers(text, _) => {
            kernel.code(concat!(include_str!("shaders/reduce/value.wgsl"), include_str!("shaders/reduce/one.wgsl")));
            kernel.code(text);
            "load_carries(line * tiles() + tile - 1u)"
        }
        Fold::Exponentials(wide) => {
            for text in [include_str!("shaders/exponential_sum.wgsl"), include_str!("shaders/scan/exponentials.wgsl")] {
                kernel.code(&if *wide == DType::F64 { prelude::widened(text) } else { text.to_owned() });
            }
            "Value(load_carries(line * tiles() + tile - 1u), 1.0)"
        }
        Fold::Places(order) => {
            kernel.code(&placed_keys(lines.starts.dtype, *order, known.is_some()));
            kernel.code(include_str!("shaders/scan/place.wgsl"));
            "placed(start, load_carries(line * tiles() + tile - 1u))"
        }
    };
    let finish = match part {
        Part::Totals => include_str!("shaders/scan/totals.wgsl"),
        Part::Running(carries) => {
            kernel.code("fn before_tile(start: u32, line: u32, tile: u32) -> Value {");
            if let Some(carries) = carries {
                kernel.dense("carries", carries, dtype);
                kernel.code(&format!("    if tile > 0u {{ return {carried}; }}"));
            }
            kernel.code("    return identity();\n}");
            include_str!("shaders/scan/running.wgsl")
        }
    };
    kernel.code(&TILE.replace("FINISH", finish.trim_end()));
    kernel.launch(context, [lines.count.div_ceil(WORKGROUP / lanes) * tiles, 1, 1])
}
