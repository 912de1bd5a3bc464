//! Kernels in which the threads of a workgroup share one or several lines (see `lines.rs`), and agree on what they found. Their
//! code is written for an item, which is four neighbours where all lines have them, and says `EACH { }` around what is done with
//! each item of a line. Where threads can hold their items, memory is read once; else every `EACH` is a loop that reads again.

use crate::context::Context;
use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::not_built::not_built;
use crate::pipelines::WORKGROUP;
use crate::program::MAX_ELEMENTS;
use pyrite_core::{Operand, Result};
use std::fmt::Write;

/// Lines that are neighbours in memory are read this many at a time.
const NEIGHBOURS: usize = 32;
/// Elements that a thread holds at most.
const HELD: usize = 64;
/// The words of four elements, at most.
const FOUR_BYTES: usize = 16;

/// A kernel over lines.
pub struct RowKernel<'a> {
    pub kernel: Kernel<'a>,
    is_along: bool,
    count: usize,
    length: usize,
    width: usize,
    held: Vec<&'static str>,
    starts: String,
    functions: String,
}

impl<'a> RowKernel<'a> {
    /// A kernel over lines like the first of these, which are all that are worked on along their length.
    pub fn new(label: &'static str, lines: &[&Lines]) -> Result<RowKernel<'a>> {
        let Lines { count, length, .. } = *lines[0];
        if count.saturating_mul(length) > MAX_ELEMENTS {
            return not_built(&format!("a kernel over {count} x {length} elements"));
        }
        let mut out = RowKernel {
            kernel: Kernel::new(label),
            is_along: lines[0].run_along_memory(),
            count,
            length,
            width: if lines.iter().all(|lines| is_in_fours(lines)) { 4 } else { 1 },
            held: Vec::new(),
            starts: String::new(),
            functions: String::new(),
        };
        out.kernel.number("count", count);
        out.kernel.number("length", length);
        Ok(out)
    }

    /// Items that every `EACH` may use, by this name.
    pub fn held(&mut self, names: [&'static str; 2], lines: &'a Lines) {
        self.read(names, lines);
        self.held.push(names[0]);
    }

    /// Items that the code reads as `at_name(name_start, j)`.
    pub fn read(&mut self, names: [&'static str; 2], lines: &'a Lines) {
        self.kernel.input(names[0], &lines.starts);
        self.kernel.input(names[1], &lines.steps);
        let load = match self.width {
            4 => format!("vector_{}(start + j)", names[0]),
            _ => format!("load_{}(start + place_{}(j))", names[0], names[1]),
        };
        self.along(names, format!("fn at_{}(start: u32, j: u32) -> Item {{ return {load}; }}\n", names[0]));
    }

    /// Items that the code writes as `put_name(name_start, j, value)`.
    pub fn put(&mut self, names: [&'static str; 2], lines: &'a Lines) {
        self.kernel.target(names[0], &lines.starts);
        self.kernel.target(names[1], &lines.steps);
        let store = match self.width {
            4 => format!("put_vector_{}(start + j, value)", names[0]),
            _ => format!("store_{}(start + place_{}(j), value)", names[0], names[1]),
        };
        self.along(names, format!("fn put_{}(start: u32, j: u32, value: Item) {{ {store}; }}\n", names[0]));
    }

    /// Elements of an item.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The type of a sum of exponentials, how two are combined, and how `fold` adds an item.
    pub fn exponential_sum(&self) -> String {
        let fold = match self.width {
            4 => include_str!("../shaders/fast/fold_four.wgsl"),
            _ => include_str!("../shaders/fast/fold_one.wgsl"),
        };
        format!("{}\n{fold}", include_str!("../shaders/exponential_sum.wgsl"))
    }

    fn along(&mut self, names: [&'static str; 2], function: String) {
        if self.width == 4 {
            names.into_iter().for_each(|name| self.kernel.in_fours(name));
        }
        let _ = writeln!(self.starts, "let {0}_start = place_{0}(line);", names[0]);
        self.functions += &function;
    }

    /// Runs `body`, in which `seat` is the thread's, `line` its line, or the last where `is_inside` does not hold. Threads agree
    /// by `across`: `fold` declares the type `Value` and how two are combined.
    pub fn launch(mut self, context: &Context, fold: &str, functions: &str, body: &str) -> Result<()> {
        let items = self.length.div_ceil(self.width);
        let neighbours = if self.is_along { 1 } else { self.count.next_power_of_two().clamp(1, NEIGHBOURS) };
        let lanes = items.div_ceil(4).next_power_of_two().clamp(1, WORKGROUP / neighbours);
        let turns = items.div_ceil(lanes).next_power_of_two();
        let is_held = items > 0 && turns * self.width * self.held.len() <= HELD;
        let (hold, body) = if is_held { self.unrolled(turns, body) } else { (String::new(), self.looped(body)) };
        self.kernel.number("lanes", lanes);
        let width = self.width;
        let items = match width {
            4 => include_str!("../shaders/fast/items_of_four.wgsl"),
            _ => include_str!("../shaders/fast/items_of_one.wgsl"),
        };
        let rows = include_str!("../shaders/fast/rows.wgsl").replace("STARTS", &self.starts);
        let main = rows.replace("HOLD", &hold).replace("BODY", &body);
        let constants = format!("const IS_ALONG = {};\nconst WIDTH = {width}u;\n", self.is_along);
        self.kernel.code(
            &[&constants, items, &self.functions, fold, functions, &main].map(|text| text.to_owned() + "\n").concat(),
        );
        self.kernel.launch(context, [self.count.div_ceil(WORKGROUP / lanes), 1, 1])
    }

    /// The code that reads all items of a thread, and `body` for each of them.
    fn unrolled(&self, turns: usize, body: &str) -> (String, String) {
        let mut hold = String::new();
        for turn in 0..turns {
            let _ = writeln!(hold, "let j{turn} = (seat.lane + {turn}u * lanes()) * WIDTH;");
            for name in &self.held {
                let _ = writeln!(hold, "let {name}{turn} = at_{name}({name}_start, min(j{turn}, length() - WIDTH));");
            }
        }
        let each = |block: &str| -> String {
            let turn = |turn: usize| {
                let names: String = self.held.iter().map(|name| format!("let {name} = {name}{turn};\n")).collect();
                format!("if j{turn} < end {{\nlet j = j{turn};\n{names}{block}}}\n")
            };
            (0..turns).map(turn).collect()
        };
        (hold, with_each(body, each))
    }

    fn looped(&self, body: &str) -> String {
        let reads: String =
            self.held.iter().map(|name| format!("let {name} = at_{name}({name}_start, j);\n")).collect();
        let each = |block: &str| {
            format!("for (var j = seat.lane * WIDTH; j < end; j += lanes() * WIDTH) {{\n{reads}{block}}}\n")
        };
        with_each(body, each)
    }
}

/// `code` with what `each` makes of its blocks `EACH { }`.
fn with_each(code: &str, each: impl Fn(&str) -> String) -> String {
    let mut parts = code.split("EACH {");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut depth = 1;
        let end = part.find(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0
        });
        let (block, rest) = part.split_at(end.expect("a block ends"));
        out += &each(block);
        out += &rest[1..];
    }
    out
}

/// Whether lines can be read four elements at a time.
fn is_in_fours(lines: &Lines) -> bool {
    let whole = |operand: &Operand| {
        let shape = operand.layout.shape.iter().zip(&operand.layout.strides);
        shape.filter(|&(&size, _)| size > 1).all(|(_, stride)| stride % 4 == 0)
            && operand.layout.offset.is_multiple_of(4)
    };
    lines.steps.layout.is_contiguous()
        && lines.length.is_multiple_of(4)
        && whole(&lines.starts)
        && lines.starts.buffer.0.len().is_multiple_of(FOUR_BYTES)
}

#[cfg(test)]
mod tests {
    use super::with_each;

    #[test]
    fn blocks_are_replaced_whole() {
        let made = with_each("a; EACH { if b { c; } } d; EACH { e; }", |block| format!("[{}]", block.trim()));
        assert_eq!(made, "a; [if b { c; }] d; [e;]");
    }
}
