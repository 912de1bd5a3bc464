//! pyrite-cpu: the CPU as a backend. Kernels are chosen by CPU features at run time; threads come from `threads.rs` alone.

mod convert;
pub mod dense;
mod elementwise;
mod float16;
mod gather;
mod index;
mod kernels;
pub mod level;
mod math;
mod matmul;
pub mod memory;
mod micro;
mod product;
pub mod random;
mod range;
mod reduce;
mod scan;
mod sort;
mod strided;
pub mod threads;

use pyrite_core::range::Range;
use pyrite_core::{Backend, Buffer, Combine, DType, Immediate, Op, Operand, Program, Put, Reduction, Result, Scan};

/// The host's CPU and memory.
pub struct Cpu;

pub static CPU: Cpu = Cpu;

impl Backend for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn allocate(&self, bytes: usize) -> Result<Buffer> {
        memory::allocate(bytes)
    }

    fn capacity(&self) -> usize {
        memory::physical()
    }

    fn upload(&self, bytes: &[u8]) -> Result<Buffer> {
        memory::upload(bytes)
    }

    fn download(&self, buffer: &Buffer, start: usize, out: &mut [u8]) -> Result<()> {
        memory::download(buffer, start, out)
    }

    fn run(&self, program: &Program, outputs: &[Buffer]) -> Result<()> {
        elementwise::run(program, outputs)
    }

    fn immediate(&self, op: Op, dtype: DType, operands: &[Immediate<'_>], numel: usize) -> Option<Result<Buffer>> {
        elementwise::immediate(op, dtype, operands, numel)
    }

    fn any_zero(&self, operand: &Operand) -> Result<bool> {
        let all = reduce::reduce(Reduction::All, operand, operand.layout.rank())?;
        let mut byte = [0u8];
        memory::download(&all, 0, &mut byte)?;
        Ok(byte[0] == 0)
    }

    fn write(&self, source: &Operand, target: &Operand) -> Result<()> {
        strided::write(source, target)
    }

    fn reduce(&self, kind: Reduction, input: &Operand, axes: usize) -> Result<Buffer> {
        reduce::reduce(kind, input, axes)
    }

    fn scan(&self, kind: Scan, input: &Operand) -> Result<(Buffer, Option<Buffer>)> {
        scan::scan(kind, input)
    }

    fn sort(&self, input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
        sort::sort(input, descending)
    }

    fn sort_unstably(&self, input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
        sort::sort_unstably(input, descending)
    }

    fn kth(&self, input: &Operand, k: usize) -> Result<Buffer> {
        sort::kth(input, k)
    }

    fn topk(&self, input: &Operand, k: usize, largest: bool) -> Result<(Buffer, Buffer)> {
        sort::topk(input, k, largest)
    }

    fn matmul(&self, a: &Operand, b: &Operand) -> Result<Buffer> {
        product::product(a, b)
    }

    fn gather(&self, input: &Operand, axis: usize, index: &Operand) -> Result<Buffer> {
        index::gather(input, axis, index)
    }

    fn scatter(&self, target: &Operand, axis: usize, index: &Operand, source: &Operand, how: Combine) -> Result<()> {
        index::scatter(target, axis, index, source, how)
    }

    fn index(&self, input: &Operand, indices: &[Operand], wrap: bool) -> Result<Buffer> {
        index::index(input, indices, wrap)
    }

    fn index_put(&self, target: &Operand, indices: &[Operand], source: &Operand, how: Put) -> Result<()> {
        index::index_put(target, indices, source, how)
    }

    fn nonzero(&self, input: &Operand) -> Result<(Buffer, usize)> {
        index::nonzero(input)
    }

    fn range(&self, range: &Range) -> Result<Buffer> {
        range::range(range)
    }
}
