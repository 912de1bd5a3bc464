//! Copies of the elements that were found by their places: by an arg reduction, a scan or a sort.

use crate::context::Context;
use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::memory::allocate;
use pyrite_core::{Buffer, DType, Operand, Result};

/// The first `taken` elements of each line that `picked` names, which holds `picks` int32 places a line.
pub fn values(context: &Context, lines: &Lines, picked: &Buffer, picks: usize, taken: usize) -> Result<Buffer> {
    let values = allocate(context, lines.count * taken * lines.starts.dtype.size())?;
    launch(context, lines, picked, [picks, taken], &values, None)?;
    Ok(values)
}

/// [`values`], and their places as int64.
pub fn values_and_places(
    context: &Context,
    lines: &Lines,
    picked: &Buffer,
    picks: usize,
    taken: usize,
) -> Result<(Buffer, Buffer)> {
    let values = allocate(context, lines.count * taken * lines.starts.dtype.size())?;
    let places = allocate(context, lines.count * taken * DType::I64.size())?;
    launch(context, lines, picked, [picks, taken], &values, Some(&places))?;
    Ok((values, places))
}

fn launch(
    context: &Context,
    lines: &Lines,
    picked: &Buffer,
    [picks, taken]: [usize; 2],
    values: &Buffer,
    places: Option<&Buffer>,
) -> Result<()> {
    let (dtype, copy) = match lines.starts.dtype.size() {
        1 => (DType::U8, "store_values(i, load_item(at));"),
        2 => (DType::I16, "store_values(i, load_item(at));"),
        4 => (DType::I32, "values_words[i] = item_words[at];"),
        _ => (
            DType::I32,
            "values_words[2u * i] = item_words[2u * at]; values_words[2u * i + 1u] = item_words[2u * at + 1u];",
        ),
    };
    let starts = Operand { dtype, ..lines.starts.clone() };
    let steps = Operand { dtype, ..lines.steps.clone() };
    let mut kernel = Kernel::new("take");
    kernel.input("item", &starts);
    kernel.input("along", &steps);
    kernel.dense("picked", picked, DType::I32);
    kernel.output("values", values, dtype);
    if let Some(places) = places {
        kernel.output("found", places, DType::I64);
    }
    kernel.number("picks", picks);
    kernel.number("taken", taken);
    let place = if places.is_some() { "store_index_found(i, place);" } else { "" };
    kernel.code(&include_str!("shaders/take.wgsl").replace("COPY", copy).replace("PLACE", place));
    kernel.launch_each(context, lines.count * taken)
}
