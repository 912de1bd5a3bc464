//! Pooling over windows and its adjoints: one kernel each, a thread for each element of the result, so that overlapping windows
//! add up in the same order every time.

use crate::context::Context;
use crate::kernel::Kernel;
use crate::not_built::not_built;
use crate::program::MAX_ELEMENTS;
use pyrite_core::fast::Windows;
use pyrite_core::{Layout, Operand, Result};

/// A tensor as planes of three axes: where they start, and the steps in each.
pub struct Planes {
    pub starts: Operand,
    pub along: Operand,
}

impl Planes {
    pub fn of(operand: &Operand) -> Planes {
        let Layout { shape, strides, offset } = &operand.layout;
        let kept = shape.len() - 3;
        let part = |range: std::ops::Range<usize>, offset| Operand {
            layout: Layout { shape: shape[range.clone()].into(), strides: strides[range].into(), offset },
            ..operand.clone()
        };
        Planes { starts: part(0..kept, *offset), along: part(kept..shape.len(), 0) }
    }
}

pub const PLANES: &str = include_str!("../shaders/fast/planes.wgsl");

const TAPS: &str = "
    for (var a = 0u; a < kernel(0u); a++) {
        for (var b = 0u; b < kernel(1u); b++) {
            for (var c = 0u; c < kernel(2u); c++) {
                let tap = vec3<u32>(a, b, c);
                let at = first + tap * vector_dilation();
                let is_inside = all(at < x_size());
                FOLD
            }
        }
    }
";

/// The sum of each window.
pub fn sum(context: &Context, windows: &Windows, x: &Operand, out: &Operand) -> Result<()> {
    let fold = TAPS.replace("FOLD", "if is_inside { sum += load_x(at_x + at_x_along(at)); }");
    gather(context, windows, (x, out), None, &format!("var sum = 0.0;{fold}"), "store_out(at_out, sum);")
}

/// The largest element of each window, and its place: the first of equals, but of NaN the last, as the composite has it.
pub fn max(context: &Context, windows: &Windows, x: &Operand, out: &Operand, places: &Operand) -> Result<()> {
    let fold = "
        var value = bitcast<f32>(0xff800000u);
        if is_inside { value = load_x(at_x + at_x_along(at)); }
        if value > best || is_nan_f32(value) { best = value; best_tap = tap_number(tap); }";
    let code = format!("var best = bitcast<f32>(0xff800000u); var best_tap = 0u;{}", TAPS.replace("FOLD", fold));
    let result = "store_out(at_out, best); store_index_picked(place_picked(i), i32(best_tap));";
    gather(context, windows, (x, out), Some(places), &code, result)
}

/// The element at a chosen place of each window, 0 where that is outside.
pub fn pick(context: &Context, windows: &Windows, x: &Operand, places: &Operand, out: &Operand) -> Result<()> {
    let code = "
        let at = first + spot(u32(index_picked(i)), kernel_size()) * vector_dilation();
        var value = 0.0;
        if all(at < x_size()) { value = load_x(at_x + at_x_along(at)); }";
    gather(context, windows, (x, out), Some(places), code, "store_out(at_out, value);")
}

fn gather(
    context: &Context,
    windows: &Windows,
    (x, out): (&Operand, &Operand),
    places: Option<&Operand>,
    code: &str,
    result: &str,
) -> Result<()> {
    let text = include_str!("../shaders/fast/pooling/gather.wgsl").replace("GATHER", code).replace("RESULT", result);
    launch(context, windows, (x, out), places, result.contains("store_index_picked"), &text)
}

/// Each place adds up the windows over it: the adjoint of the sum or, where places are chosen, of the largest.
pub fn scatter(
    context: &Context,
    windows: &Windows,
    x: &Operand,
    places: Option<&Operand>,
    out: &Operand,
) -> Result<()> {
    let chosen = match places {
        Some(_) => "u32(index_picked(number_in_x(plane, window))) == tap_number(tap)",
        None => "true",
    };
    let text = include_str!("../shaders/fast/pooling/scatter.wgsl").replace("IS_CHOSEN", chosen);
    launch(context, windows, (x, out), places, false, &text)
}

fn launch(
    context: &Context,
    windows: &Windows,
    (x, out): (&Operand, &Operand),
    places: Option<&Operand>,
    makes_places: bool,
    text: &str,
) -> Result<()> {
    let (from, to) = (Planes::of(x), Planes::of(out));
    let total = out.layout.numel();
    if total.max(x.layout.numel()) > MAX_ELEMENTS {
        return not_built(&format!("pooling of {} to {total} elements", x.layout.numel()));
    }
    let mut kernel = Kernel::new("pooling");
    kernel.input("x", &from.starts);
    kernel.input("x_along", &from.along);
    kernel.target("out", &to.starts);
    kernel.target("out_along", &to.along);
    match places {
        Some(places) if makes_places => kernel.target("picked", places),
        Some(places) => kernel.input("picked", places),
        None => {}
    }
    kernel.numbers("kernel", windows.kernel.into_iter().map(|n| n as u32));
    kernel.numbers("stride", windows.stride.into_iter().map(|n| n as u32));
    kernel.numbers("dilation", windows.dilation.into_iter().map(|n| n as u32));
    kernel.numbers("before", windows.before.into_iter().map(|n| n as u32));
    kernel.code(PLANES);
    kernel.code(include_str!("../shaders/fast/pooling/windows.wgsl"));
    kernel.code(text);
    kernel.launch_each(context, total)
}
