//! Prints programs as one WGSL kernel; each program has threads of its own, a thread has one or several neighbouring elements
//! (`part.rs`). The text depends on ops, dtypes, rank and the forms of the inputs alone; sizes, strides, offsets and scalars are
//! parameters, in the order of `Part::words`.

mod element;
mod places;
#[cfg(test)]
mod tests;

use crate::elements::{Long, load, store};
use crate::not_built::not_built;
use crate::parameters::{Parameters, word};
use crate::part::{Form, Part, Target};
use crate::pipelines::{Access, WORKGROUP};
use crate::prelude;
use crate::vectors::{self, Groups};
use pyrite_core::program::Input;
use pyrite_core::{DType, Result};
use std::collections::HashMap;

/// A float that a compiler cannot know to be another: some take x - x for 0, though it may be NaN.
const DISTINCT: &str = "var<private> zero: u32;\n\n\
     fn distinct(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ zero); }\n\n";
/// The third axis of a grid has one workgroup.
const UNKNOWN_ZERO: &str = "    zero = group.z;\n";

struct Emitter<'p> {
    part: &'p Part<'p>,
    /// The number of the part's first buffer.
    first: usize,
    long: Long,
    parameters: &'p mut Parameters,
    functions: &'p mut HashMap<String, String>,
    body: String,
}

/// The text of a kernel that runs all of `parts`, without the declaration of its parameters, and the words of these.
pub fn text(parts: &[Part<'_>], long: Long) -> Result<(String, usize)> {
    let (mut parameters, mut functions) = (Parameters::default(), HashMap::new());
    let (mut buffers, mut code) = (String::new(), String::new());
    let mut main = String::from("    var thread = group_index(group, grid) * WORKGROUP + index;\n");
    let mut first = 0;
    for (k, part) in parts.iter().enumerate() {
        for (number, binding) in (first..).zip(&part.bindings) {
            let access = if binding.access == Access::Read { "read" } else { "read_write" };
            let ty = if binding.is_atomic { "array<atomic<u32>>" } else { vectors::array(binding.width) };
            let at = number + 1;
            buffers.push_str(&format!("@group(0) @binding({at}) var<storage, {access}> buffer{number}: {ty};\n"));
        }
        let (parameters, functions) = (&mut parameters, &mut functions);
        let mut emitter = Emitter { part, first, long, parameters, functions, body: String::new() };
        let (numel, own) = emitter.functions(k)?;
        code.push_str(&own);
        if k + 1 == parts.len() {
            main.push_str(&format!("    part{k}(thread);\n"));
        } else {
            let span = part.lanes * WORKGROUP;
            main.push_str(&format!("    let threads{k} = ({numel} + {}u) / {span}u * WORKGROUP;\n", span - 1));
            main.push_str(&format!(
                "    if thread < threads{k} {{ part{k}(thread); return; }}\n    thread -= threads{k};\n"
            ));
        }
        first += part.bindings.len();
    }
    if code.contains("distinct(") {
        main.insert_str(0, UNKNOWN_ZERO);
        code.insert_str(0, DISTINCT);
    }
    let needed = prelude::needed(&format!("{code}{main}"), &functions);
    let text = format!(
        "{buffers}\nconst WORKGROUP = {WORKGROUP}u;\n\n{needed}{code}@compute @workgroup_size({WORKGROUP})\nfn main(\n    \
         @builtin(workgroup_id) group: vec3<u32>,\n    @builtin(num_workgroups) grid: vec3<u32>,\n    \
         @builtin(local_invocation_index) index: u32,\n) {{\n{main}}}\n"
    );
    Ok((text, parameters.len()))
}

impl<'p> Emitter<'p> {
    /// The WGSL of the next parameter.
    fn word(&mut self) -> String {
        self.parameters.push(0);
        word(self.parameters.len() - 1)
    }

    fn line(&mut self, text: &str) {
        self.body.push_str("    ");
        self.body.push_str(text);
        self.body.push('\n');
    }

    fn lines(&mut self, texts: &[String]) {
        texts.iter().for_each(|text| self.line(text));
    }

    /// The inputs whose elements are read.
    fn inputs(&self) -> impl Iterator<Item = (usize, &'p Input)> + use<'p> {
        let (target, inputs) = (self.part.target, &self.part.program.inputs);
        inputs.iter().enumerate().filter(move |(k, _)| target != Target::PlacesOf(*k))
    }

    /// The WGSL of the number of elements, and the functions of part `number`: of an element, and of a thread.
    fn functions(&mut self, number: usize) -> Result<(String, String)> {
        let lanes = self.part.lanes;
        let numel = self.word();
        self.line(&format!("let first = thread * {lanes}u;"));
        self.line(&format!("if first >= {numel} {{ return; }}"));
        self.places(&numel);
        let element = self.element(number)?;
        let mut arguments = vec![Vec::new(); lanes];
        for (k, input) in self.inputs() {
            let elements = self.load(k, input)?;
            arguments.iter_mut().zip(elements).for_each(|(arguments, element)| arguments.push(element));
        }
        for (lane, arguments) in arguments.iter().enumerate() {
            self.line(&format!("let results_{lane} = element{number}({});", arguments.join(", ")));
        }
        self.stores(&numel)?;
        let thread = format!("fn part{number}(thread: u32) {{\n{}}}\n\n", self.body);
        Ok((numel, element + &thread))
    }

    /// The elements of an input that a thread takes.
    fn load(&mut self, k: usize, input: &Input) -> Result<Vec<String>> {
        let Some(binding) = self.part.binding(input) else {
            return not_built("a program with an input that is not bound");
        };
        let (buffer, binding) = (format!("buffer{}", self.first + binding), &self.part.bindings[binding]);
        let (lanes, long, dtype) = (self.part.lanes, self.long, input.dtype);
        let one = |at: &str| load(dtype, long, &buffer, binding.is_atomic, at);
        match self.part.forms[k] {
            Form::Vector => {
                let groups = Groups { dtype, long, lanes, buffer: &buffer, width: binding.width };
                let (lines, elements) = groups.load(&self.group(k), &format!("words{k}"))?;
                self.lines(&lines);
                Ok(elements)
            }
            Form::Same => {
                self.line(&format!("let same{k} = {};", one(&format!("at{k}"))?));
                Ok(vec![format!("same{k}"); lanes])
            }
            Form::Step | Form::Apart => (0..lanes).map(|lane| one(&format!("at{k}_{lane}"))).collect(),
        }
    }

    /// The number of a vector among those of the memory of input `k`.
    fn group(&self, k: usize) -> String {
        if self.part.lanes == 1 { format!("at{k}") } else { format!("at{k} / {}u", self.part.lanes) }
    }

    /// Writes the results, the last ones of the program each by itself.
    fn stores(&mut self, numel: &str) -> Result<()> {
        let (program, lanes, long) = (self.part.program, self.part.lanes, self.long);
        let group = match self.part.target {
            Target::Dense => "thread".to_owned(),
            Target::PlacesOf(input) => self.group(input),
        };
        let (mut together, mut alone) = (Vec::new(), vec![String::new(); lanes]);
        for (k, &step) in program.outputs.iter().enumerate() {
            let (dtype, buffer) = (program.steps[step].dtype(), format!("buffer{}", self.first + k));
            let value = |lane| match dtype {
                DType::Bool => format!("i32(results_{lane}.step{step})"),
                _ => format!("results_{lane}.step{step}"),
            };
            let binding = &self.part.bindings[k];
            if let (Target::PlacesOf(input), false) = (self.part.target, self.part.stores_vectors()) {
                let at =
                    if self.part.forms[input] == Form::Same { format!("at{input}") } else { format!("at{input}_0") };
                let text = store(dtype, long, &buffer, &at, &value(0), binding.is_atomic)?;
                self.line(&text);
                continue;
            }
            let groups = Groups { dtype, long, lanes, buffer: &buffer, width: binding.width };
            let stores = groups.store(&group, &format!("bits{k}"), &(0..lanes).map(value).collect::<Vec<_>>())?;
            self.lines(&stores.lines);
            together.extend(stores.together);
            alone.iter_mut().zip(stores.alone).for_each(|(own, text)| {
                own.push(' ');
                own.push_str(&text);
            });
        }
        if lanes == 1 {
            self.lines(&together);
            return Ok(());
        }
        self.line(&format!("if first + {lanes}u <= {numel} {{ {} return; }}", together.join(" ")));
        for (lane, texts) in alone.iter().enumerate().take(lanes - 1) {
            self.line(&format!("if first + {lane}u < {numel} {{{texts} }}"));
        }
        Ok(())
    }
}
