//! The function of one element: scalars, steps and what they give, printed once for all elements of a thread.

use super::Emitter;
use crate::elements::{compute_type, narrow};
use crate::not_built::not_built;
use crate::rows;
use pyrite_core::program::{Arg, Step};
use pyrite_core::{DType, Op, Result};

impl Emitter<'_> {
    /// The struct of the results of part `number`, and the function that computes them from the inputs.
    pub fn element(&mut self, number: usize) -> Result<String> {
        let program = self.part.program;
        let mut lines = Vec::new();
        for (k, &(_, dtype)) in program.scalars.iter().enumerate() {
            lines.push(format!("let scalar{k} = {};", self.scalar(dtype)?));
        }
        for (k, step) in program.steps.iter().enumerate() {
            let value = match step {
                Step::Apply { op, dtype, args } => self.apply(*op, *dtype, args)?,
                Step::Cast { from, to, arg } => self.cast(*from, *to, &name(arg))?,
            };
            lines.push(format!("let step{k} = {value};"));
        }
        let results = |text: fn(&str, &str) -> String| -> Result<String> {
            let of = |&step: &usize| Ok(text(&format!("step{step}"), self.value_type(program.steps[step].dtype())?));
            Ok(program.outputs.iter().map(of).collect::<Result<Vec<_>>>()?.join(", "))
        };
        let (members, values) = (results(|name, ty| format!("{name}: {ty}"))?, results(|name, _| name.to_owned())?);
        let inputs = self.inputs().map(|(k, input)| Ok(format!("input{k}: {}", self.value_type(input.dtype)?)));
        let inputs = inputs.collect::<Result<Vec<_>>>()?.join(", ");
        lines.push(format!("return Results{number}({values});"));
        Ok(format!(
            "struct Results{number} {{ {members} }}\n\nfn element{number}({inputs}) -> Results{number} {{\n    {}\n}}\n\n",
            lines.join("\n    ")
        ))
    }

    /// The type of one element.
    fn value_type(&self, dtype: DType) -> Result<&'static str> {
        match compute_type(dtype, self.long) {
            Some(_) if dtype == DType::Bool => Ok("bool"),
            Some(ty) => Ok(ty),
            None => not_built(&format!("programs of {}", dtype.name())),
        }
    }

    fn scalar(&mut self, dtype: DType) -> Result<String> {
        Ok(match dtype {
            DType::I64 | DType::F64 | DType::C64 | DType::C128 => {
                let t = compute_type(dtype, self.long).unwrap_or_default();
                let words: Vec<String> = (0..dtype.size() / 4).map(|_| self.word()).collect();
                format!("join_{t}({})", words.join(", "))
            }
            DType::Bool => format!("{} != 0u", self.word()),
            DType::F32 | DType::F16 | DType::BF16 => narrow(dtype, &format!("bitcast<f32>({})", self.word())),
            DType::I32 | DType::I16 | DType::I8 | DType::U8 => narrow(dtype, &format!("bitcast<i32>({})", self.word())),
        })
    }

    /// The call of an op. A bool becomes 0 or 1 on the way in, and what is not 0 becomes true on the way out.
    fn apply(&mut self, op: Op, dtype: DType, args: &[Arg]) -> Result<String> {
        let function = compute_type(dtype, self.long).and_then(|compute| Some((compute, rows::function(op, compute)?)));
        let Some((compute, text)) = function else { return unsupported(op, dtype) };
        if !text.is_empty() {
            self.functions.insert(rows::name(op, compute), text);
        }
        let is_bool = dtype == DType::Bool;
        let argument = |(i, arg): (usize, &Arg)| {
            if is_bool && !op.is_condition(i) {
                format!("i32({})", name(arg))
            } else if compute == "f32" && args[..i].contains(arg) {
                format!("distinct({})", name(arg))
            } else {
                name(arg)
            }
        };
        let args: Vec<String> = args.iter().enumerate().map(argument).collect();
        let call = format!("{}({})", rows::name(op, compute), args.join(", "));
        if op.result(DType::I32) == DType::Bool || matches!(op, Op::copy | Op::select) && !is_bool {
            return Ok(call);
        }
        Ok(if is_bool { format!("{call} != 0") } else { narrow(dtype, &call) })
    }

    /// The value, in the compute type of `from`, as `to` holds it.
    fn cast(&self, from: DType, to: DType, value: &str) -> Result<String> {
        let refused = || not_built(&format!("a cast from {} to {}", from.name(), to.name()));
        let (Some(source), Some(target)) = (compute_type(from, self.long), compute_type(to, self.long)) else {
            return refused();
        };
        if to == DType::Bool {
            return Ok(format!("is_true_{source}({value})"));
        }
        if from.is_complex() && !to.is_complex() {
            return self.cast(from.real(), to, &format!("{value}.x"));
        }
        if to.is_complex() && !from.is_complex() {
            return Ok(format!("{target}({}, 0.0)", self.cast(from, to.real(), value)?));
        }
        let value = if from == DType::Bool { format!("i32({value})") } else { value.to_owned() };
        let is_small = target == "i32" && to != DType::I32;
        let converted = match (source, target) {
            (a, b) if a == b => value,
            ("f32" | "f64", "i32") if is_small => format!("wrap_{source}({value})"),
            ("f32" | "f64", "i32" | "i64" | "pair") => format!("truncate_{source}_{target}({value})"),
            ("pair", _) | (_, "pair") => format!("{target}_of_{source}({value})"),
            _ => format!("{target}({value})"),
        };
        Ok(narrow(to, &converted))
    }
}

fn name(arg: &Arg) -> String {
    match arg {
        Arg::Input(k) => format!("input{k}"),
        Arg::Scalar(k) => format!("scalar{k}"),
        Arg::Step(k) => format!("step{k}"),
    }
}

/// The refusal of an op that has no WGSL for a dtype.
fn unsupported<T>(op: Op, dtype: DType) -> Result<T> {
    not_built(&format!("{} of {}", op.name(), dtype.name()))
}
