//! Kernels in which the threads of a workgroup share one or several lines (see `lines.rs`), and agree on what they found.

use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::not_built::not_built;
use crate::pipelines::WORKGROUP;
use crate::program::MAX_ELEMENTS;
use pyrite_core::Result;

/// Lines that are neighbours in memory are read this many at a time.
const NEIGHBOURS: usize = 32;

/// How many threads take each line.
pub struct Rows {
    is_along: bool,
    lanes: usize,
    count: usize,
    length: usize,
}

impl Rows {
    pub fn of(lines: &Lines) -> Result<Rows> {
        let (count, length) = (lines.count, lines.length);
        let is_along = lines.run_along_memory();
        let neighbours = if is_along { 1 } else { count.next_power_of_two().clamp(1, NEIGHBOURS) };
        let lanes = length.div_ceil(4).next_power_of_two().clamp(1, WORKGROUP / neighbours);
        let rows = Rows { is_along, lanes, count, length };
        if count.saturating_mul(length) > MAX_ELEMENTS {
            return not_built(&format!("a kernel over {count} x {length} elements"));
        }
        Ok(rows)
    }

    /// One thread for each line.
    pub fn single(lines: &Lines) -> Result<Rows> {
        Ok(Rows { lanes: 1, is_along: true, ..Rows::of(lines)? })
    }

    /// Workgroups that take all lines.
    pub fn groups(&self) -> usize {
        self.count.div_ceil(WORKGROUP / self.lanes)
    }

    /// Gives the kernel its code, which finds its place in the lines by `seat_of` and agrees by `across`: `fold` declares the
    /// type `Value` and how two are combined.
    pub fn code(&self, kernel: &mut Kernel<'_>, fold: &str, code: &str) {
        kernel.number("count", self.count);
        kernel.number("length", self.length);
        kernel.number("lanes", self.lanes);
        kernel.code(&format!(
            "const IS_ALONG = {};\n{fold}\n{}\n{code}",
            self.is_along,
            include_str!("../shaders/fast/rows.wgsl")
        ));
    }
}
