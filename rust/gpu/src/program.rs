//! Runs programs: each is one kernel, or a part of one, found by the program's structure, and printed and compiled when it is met for the first
//! time. Programs that differ in sizes, strides and scalars alone share it.

use crate::context::Context;
use crate::emit;
use crate::kernel::{compile, grid, has_doubles, require};
use crate::memory::{bound, convert, upload};
use crate::parameters::Parameters;
use crate::part::{Part, Target};
use crate::pipelines::Access;
use crate::recorder::Command;
use crate::window;
use pyrite_core::program::{Arg, Input, Program, Run, Step};
use pyrite_core::{Buffer, DType, Layout, Op, Operand, Result, Scalar};

/// The most elements that 32-bit indices reach, with room for the last workgroups of a grid.
pub const MAX_ELEMENTS: usize = 1 << 31;

/// Programs of more elements than this fill a device alone.
const MOST_TOGETHER: usize = 1 << 22;
/// Programs of one kernel.
const PARTS: usize = 16;

/// Evaluates a program; see `Backend::run`.
pub fn run(context: &Context, program: &Program, outputs: &[Buffer]) -> Result<()> {
    let moves = moves_of_words(context, program)?;
    launch(context, moves.as_ref().unwrap_or(program), outputs, Target::Dense)
}

/// The program with other dtypes of the same bytes, where it only moves what the device does not compute in, or less well.
fn moves_of_words(context: &Context, program: &Program) -> Result<Option<Program>> {
    if has_doubles(context) {
        return Ok(copy_in_words(program));
    }
    let filled = fill_of_upload(context, program)?;
    Ok(copy_in_words(filled.as_ref().unwrap_or(program)).or_else(|| moves_of_integers(program)))
}

/// A program that computes nothing of float64, but copies and selects, with int64 in its place.
fn moves_of_integers(program: &Program) -> Option<Program> {
    if !program.steps.iter().any(|step| step.dtype() == DType::F64) {
        return None;
    }
    let mut moves = program.clone();
    for step in &mut moves.steps {
        match step {
            Step::Apply { op: Op::copy | Op::select, dtype, .. } if *dtype == DType::F64 => *dtype = DType::I64,
            Step::Apply { dtype: DType::F64, .. }
            | Step::Cast { from: DType::F64, .. }
            | Step::Cast { to: DType::F64, .. } => return None,
            _ => {}
        }
    }
    moves.inputs.iter_mut().filter(|input| input.dtype == DType::F64).for_each(|input| input.dtype = DType::I64);
    for scalar in moves.scalars.iter_mut().filter(|(_, dtype)| *dtype == DType::F64) {
        *scalar = (Scalar::Int(scalar.0.to_f64().to_bits() as i64), DType::I64);
    }
    Some(moves)
}

/// A fill with a complex128, for which no integer is large enough, as a copy of one element.
fn fill_of_upload(context: &Context, program: &Program) -> Result<Option<Program>> {
    let [Step::Apply { op: Op::copy, dtype: DType::C128, args }] = program.steps.as_slice() else { return Ok(None) };
    let [Arg::Scalar(k)] = args.as_slice() else { return Ok(None) };
    let number = program.scalars[*k].0.to_complex();
    let buffer = upload(context, &[number.re.to_ne_bytes(), number.im.to_ne_bytes()].concat())?;
    let strides = program.shape.iter().map(|_| 0).collect();
    let mut copy = program.clone();
    copy.scalars.clear();
    copy.steps = vec![Step::Apply { op: Op::copy, dtype: DType::C128, args: vec![Arg::Input(copy.inputs.len())] }];
    let layout = Layout { shape: program.shape.clone(), strides, offset: 0 };
    copy.inputs.push(Input { buffer, layout, dtype: DType::C128 });
    Ok(Some(copy))
}

/// Copies into the places of `target`; see `Backend::write`. What kernels do not see at once is halved.
pub fn write(context: &Context, source: &Operand, target: &Operand) -> Result<()> {
    let (seen_source, seen_target) = (window::around(context, source), window::around(context, target));
    if let (Some(source), Some(target)) = (&seen_source, &seen_target) {
        return write_seen(context, source, target);
    }
    let too_wide = if seen_source.is_none() { source } else { target };
    let Some(axis) = window::widest_axis(&too_wide.layout) else {
        return window::too_large(context, "a copy", too_wide.buffer.0.len());
    };
    let size = target.layout.shape[axis];
    [(0, size / 2), (size / 2, size - size / 2)].into_iter().try_for_each(|(start, count)| {
        let half = |operand: &Operand| {
            let layout = operand.layout.slice(axis as isize, start, count, 1)?;
            Ok(Operand { layout, ..operand.clone() })
        };
        write(context, &half(source)?, &half(target)?)
    })
}

/// The target is one more input, for the sake of its places.
fn write_seen(context: &Context, source: &Operand, target: &Operand) -> Result<()> {
    let input = |o: &Operand| Input { buffer: o.buffer.clone(), layout: o.layout.clone(), dtype: o.dtype };
    let arg = Arg::Input(0);
    let mut program = Program {
        shape: target.layout.shape.clone(),
        numel: target.layout.numel(),
        inputs: vec![input(source), input(target)],
        scalars: Vec::new(),
        steps: vec![match source.dtype == target.dtype {
            true => Step::Apply { op: Op::copy, dtype: target.dtype, args: vec![arg] },
            false => Step::Cast { from: source.dtype, to: target.dtype, arg },
        }],
        outputs: vec![0],
    };
    program.merge_axes();
    let mut program = copy_in_words(&program).unwrap_or(program);
    let is_whole = program.inputs[1].layout.is_whole(program.numel);
    let place = if is_whole { Target::Dense } else { Target::PlacesOf(1) };
    if place == Target::Dense {
        program.inputs.pop();
    }
    launch(context, &program, std::slice::from_ref(&target.buffer), place)
}

/// A plain copy of elements of 8 or 16 bytes as one of words, which every device can do.
fn copy_in_words(program: &Program) -> Option<Program> {
    let [Step::Apply { op: Op::copy, dtype, args }] = program.steps.as_slice() else { return None };
    let words = dtype.size() / 4;
    if words < 2 || !matches!(args[0], Arg::Input(_)) {
        return None;
    }
    let mut copy = program.clone();
    copy.numel *= words;
    copy.shape.push(words);
    copy.steps = vec![Step::Apply { op: Op::copy, dtype: DType::I32, args: args.clone() }];
    for input in &mut copy.inputs {
        input.dtype = DType::I32;
        input.layout.offset *= words;
        input.layout.strides.iter_mut().for_each(|stride| *stride *= words as isize);
        input.layout.shape.push(words);
        input.layout.strides.push(1);
    }
    copy.merge_axes();
    Some(copy)
}

fn launch(context: &Context, program: &Program, outputs: &[Buffer], target: Target) -> Result<()> {
    if program.numel == 0 {
        return Ok(());
    }
    if sees_all(context, program, outputs) {
        return launch_parts(context, &[Part::new(program, outputs, target)?]);
    }
    let pieces = match window::pieces(context, program, outputs) {
        Ok(pieces) => pieces,
        Err(_) => window::pieces(context, &with_dense_inputs(context, program)?, outputs)?,
    };
    for window::Piece { program, outputs, first } in pieces {
        let part = Part { first, ..Part::new(&program, &outputs, Target::Dense)? };
        launch_parts(context, &[part])?;
    }
    Ok(())
}

/// The program on dense copies of what it reads in another order than it computes.
fn with_dense_inputs(context: &Context, program: &Program) -> Result<Program> {
    let mut program = program.clone();
    for Input { buffer, layout, dtype } in &mut program.inputs {
        if !layout.is_contiguous() && !window::fits(context, buffer) {
            let operand = Operand { buffer: buffer.clone(), layout: layout.clone(), dtype: *dtype };
            Operand { buffer: *buffer, layout: *layout, .. } = convert(context, &operand, *dtype)?;
        }
    }
    program.merge_axes();
    Ok(program)
}

/// Whether kernels see all of a program's buffers.
fn sees_all(context: &Context, program: &Program, outputs: &[Buffer]) -> bool {
    let inputs = program.inputs.iter().map(|input| &input.buffer);
    inputs.chain(outputs).all(|buffer| window::fits(context, buffer))
}

/// Starts a kernel that runs programs side by side.
fn launch_parts(context: &Context, parts: &[Part<'_>]) -> Result<()> {
    let mut parameters = Parameters::default();
    let mut key = Vec::with_capacity(128);
    for part in parts {
        part.words(&mut parameters)?;
        part.structure(&mut key);
    }
    let pipeline = match context.pipelines.of_program(&key) {
        Some(pipeline) => pipeline,
        None => {
            require_dtypes(context, parts)?;
            let (text, count) = emit::text(parts, context.long())?;
            debug_assert_eq!(count, parameters.len());
            let accesses: Vec<Access> =
                parts.iter().flat_map(|part| &part.bindings).map(|binding| binding.access).collect();
            let pipeline = compile(context, "program", ["", &text], &accesses, &parameters)?;
            context.pipelines.keep_program(key, pipeline.clone());
            pipeline
        }
    };
    let bindings = parts.iter().flat_map(|part| &part.bindings);
    let buffers: Vec<_> =
        bindings.map(|binding| bound(context, "an elementwise op", binding.buffer)).collect::<Result<_>>()?;
    let grid = grid([parts.iter().map(Part::groups).sum(), 1, 1])?;
    context.dispatch(&Command { pipeline: &pipeline, parameters: &parameters.into_bytes(), buffers: &buffers, grid })
}

/// Refuses dtypes that the device does not compute in, by the name of an op; a copy is named where there is nothing else.
fn require_dtypes(context: &Context, parts: &[Part<'_>]) -> Result<()> {
    let needed = parts.iter().flat_map(|part| &part.program.steps).flat_map(|step| match step {
        Step::Apply { op, dtype, .. } => [(op.name(), *dtype); 2],
        Step::Cast { from, to, .. } => [("a cast", *from), ("a cast", *to)],
    });
    let mut needed: Vec<(&str, DType)> = needed.collect();
    needed.sort_by_key(|(what, _)| *what == Op::copy.name());
    needed.into_iter().try_for_each(|(what, dtype)| require(context, what, dtype))
}

/// Evaluates programs that do not read each other's outputs, those of one structure by one kernel as far as a kernel may
/// have buffers.
pub fn run_together(context: &Context, runs: &[&Run]) -> Result<()> {
    let mut alike: Vec<(Vec<u8>, Vec<Part<'_>>)> = Vec::new();
    for Run { program, outputs } in runs {
        if let Some(moves) = moves_of_words(context, program)? {
            launch(context, &moves, outputs, Target::Dense)?;
            continue;
        }
        if program.numel == 0 || program.numel > MOST_TOGETHER || !sees_all(context, program, outputs) {
            launch(context, program, outputs, Target::Dense)?;
            continue;
        }
        let part = Part::new(program, outputs, Target::Dense)?;
        let mut key = Vec::with_capacity(128);
        part.structure(&mut key);
        match alike.iter_mut().find(|(known, _)| *known == key) {
            Some((_, parts)) => parts.push(part),
            None => alike.push((key, vec![part])),
        }
    }
    let most = context.most_buffers();
    for (_, parts) in &alike {
        let together = (most / parts[0].bindings.len().max(1)).clamp(1, PARTS);
        parts.chunks(together).try_for_each(|parts| launch_parts(context, parts))?;
    }
    Ok(())
}
