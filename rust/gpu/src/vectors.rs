//! WGSL that reads and writes neighbouring elements together: a group of them takes whole words, one to sixteen, which the array of
//! a binding holds as vectors of up to four.

use crate::elements::{Long, bits, compute_type, value};
use pyrite_core::{DType, Result};

/// Words of a group of `lanes` elements; None where it shares its last word with others.
pub fn words(dtype: DType, lanes: usize) -> Option<usize> {
    let bytes = lanes * dtype.size();
    bytes.is_multiple_of(4).then_some(bytes / 4)
}

/// Words of one item of an array that is read and written by groups.
pub fn width(dtype: DType, lanes: usize) -> usize {
    words(dtype, lanes).unwrap_or(1).min(4)
}

/// The type of an array of such items.
pub fn array(width: usize) -> &'static str {
    ["array<u32>", "array<vec2<u32>>", "array<vec4<u32>>"][width.ilog2() as usize]
}

/// Groups in one buffer.
pub struct Groups<'a> {
    pub dtype: DType,
    pub long: Long,
    pub lanes: usize,
    pub buffer: &'a str,
    /// Words of an item of the buffer's array.
    pub width: usize,
}

impl Groups<'_> {
    fn words(&self) -> usize {
        words(self.dtype, self.lanes).unwrap_or(1)
    }

    fn item(&self, group: &str, k: usize) -> String {
        let items = self.words() / self.width;
        match items {
            1 => format!("{}[{group}]", self.buffer),
            _ => format!("{}[{group} * {items}u + {k}u]", self.buffer),
        }
    }

    fn part(&self, k: usize) -> String {
        if self.width == 1 { String::new() } else { format!("[{}]", k % self.width) }
    }

    /// The word that an element starts in, and how far left its bits are shifted there.
    fn start(&self, lane: usize) -> (usize, usize) {
        let bytes = lane * self.dtype.size();
        (bytes / 4, bytes % 4 * 8)
    }

    /// Statements that read a group, and its elements in their compute type, but bools as bools. `name` is new.
    pub fn load(&self, group: &str, name: &str) -> Result<(Vec<String>, Vec<String>)> {
        let items = 0..self.words() / self.width;
        let lines = items.map(|k| format!("let {name}_{k} = {};", self.item(group, k))).collect();
        let word = |k: usize| format!("{name}_{}{}", k / self.width, self.part(k));
        let element = |lane: usize| {
            let (first, shift) = self.start(lane);
            let words: Vec<String> = (0..self.dtype.size().div_ceil(4)).map(|k| word(first + k)).collect();
            value(self.dtype, self.long, &words, &format!("{shift}u"))
        };
        Ok((lines, (0..self.lanes).map(element).collect::<Result<_>>()?))
    }

    /// Statements that write a group of values, and for each one those that write it alone, which must not be done side by side
    /// with a neighbour's. `name` is new.
    pub fn store(&self, group: &str, name: &str, values: &[String]) -> Result<Stores> {
        let (mut lines, mut parts) = (Vec::new(), vec![Vec::new(); self.words()]);
        let mut alone = Vec::new();
        for (lane, value) in values.iter().enumerate() {
            let (first, shift) = self.start(lane);
            let own = format!("{name}_{lane}");
            let place = |k: usize| format!("{}{}", self.item(group, k / self.width), self.part(k));
            if self.dtype.size() > 4 {
                let t = compute_type(self.dtype, self.long).unwrap_or_default();
                lines.push(format!("let {own} = split_{t}({value});"));
                let words = 0..self.dtype.size() / 4;
                words.clone().for_each(|k| parts[first + k].push(format!("{own}[{k}]")));
                let texts: Vec<String> = words.map(|k| format!("{} = {own}[{k}];", place(first + k))).collect();
                alone.push(texts.join(" "));
                continue;
            }
            lines.push(format!("let {own} = {};", bits(self.dtype, value)?));
            parts[first].push(if shift == 0 { own.clone() } else { format!("{own} << {shift}u") });
            alone.push(match self.dtype.size() {
                4 => format!("{} = {own};", place(first)),
                size => {
                    let others = !(((1u32 << (8 * size)) - 1) << shift);
                    format!("{0} = ({0} & {others:#x}u) | ({own} << {shift}u);", place(first))
                }
            });
        }
        let words: Vec<String> = parts.iter().map(|parts| parts.join(" | ")).collect();
        let together = words.chunks(self.width).enumerate().map(|(k, words)| {
            let joined = words.join(", ");
            let item = if self.width == 1 { joined } else { format!("vec{}<u32>({joined})", self.width) };
            format!("{} = {item};", self.item(group, k))
        });
        Ok(Stores { lines, together: together.collect(), alone })
    }
}

/// The ways to write a group, after `lines`.
pub struct Stores {
    pub lines: Vec<String>,
    pub together: Vec<String>,
    pub alone: Vec<String>,
}
