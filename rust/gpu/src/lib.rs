//! pyrite-gpu: any GPU that wgpu reaches as a backend. Programs are printed as WGSL (`emit.rs`) from the table of ops that the
//! CPU compiles; commands are recorded and submitted in batches (`context.rs`). What is not built yet says so.

mod adapter;
mod context;
mod elements;
mod emit;
mod kernel;
mod memory;
mod not_built;
mod parameters;
mod pipelines;
mod pool;
mod prelude;
mod recorder;
mod reduce;
mod rows;

use context::Context;
use not_built::not_built;
use pipelines::Pipelines;
use pyrite_core::{Backend, Buffer, Combine, DType, Immediate, Op, Operand, Program, Reduction, Result, Scan};

pub use rows::is_built;

/// A GPU with the kernels it has compiled. Tensors refer to it for as long as the process lives.
pub struct Gpu {
    context: Context,
    pipelines: Pipelines,
}

impl Gpu {
    /// Opens the best GPU of this machine; a software adapter counts only with `PYRITE_GPU_SOFTWARE=1`.
    pub fn open() -> Result<Gpu> {
        Ok(Gpu { context: Context::open()?, pipelines: Pipelines::default() })
    }

    /// The device and its driver, as they name themselves.
    pub fn description(&self) -> String {
        let adapter = &self.context.adapter;
        format!("{} ({:?}, {} {})", adapter.name, adapter.backend, adapter.driver, adapter.driver_info)
    }

    /// Kernels started so far.
    pub fn dispatches(&self) -> usize {
        self.context.dispatches()
    }

    /// Kernels compiled so far.
    pub fn kernels(&self) -> usize {
        self.pipelines.len()
    }
}

impl Backend for Gpu {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn allocate(&self, bytes: usize) -> Result<Buffer> {
        memory::allocate(&self.context, bytes)
    }

    fn capacity(&self) -> usize {
        self.context.capacity()
    }

    fn upload(&self, bytes: &[u8]) -> Result<Buffer> {
        memory::upload(&self.context, bytes)
    }

    fn download(&self, buffer: &Buffer, start: usize, out: &mut [u8]) -> Result<()> {
        memory::download(&self.context, buffer, start, out)
    }

    fn run(&self, program: &Program, outputs: &[Buffer]) -> Result<()> {
        emit::run(&self.context, &self.pipelines, program, outputs)
    }

    fn defers_small(&self) -> bool {
        true
    }

    fn immediate(&self, _: Op, _: DType, _: &[Immediate<'_>], _: usize) -> Option<Result<Buffer>> {
        None
    }

    fn any_zero(&self, _: &Operand) -> Result<bool> {
        not_built("division of integers")
    }

    fn write(&self, source: &Operand, target: &Operand) -> Result<()> {
        emit::write(&self.context, &self.pipelines, source, target)
    }

    fn reduce(&self, kind: Reduction, input: &Operand, axes: usize) -> Result<Buffer> {
        match (kind, input.dtype) {
            (Reduction::Sum, DType::F32) => reduce::sum(&self.context, &self.pipelines, input, axes),
            (_, dtype) => not_built(&format!("the reduction {kind:?} of {}", dtype.name())),
        }
    }

    fn scan(&self, kind: Scan, _: &Operand) -> Result<(Buffer, Option<Buffer>)> {
        not_built(&format!("the scan {kind:?}"))
    }

    fn sort(&self, _: &Operand, _: bool) -> Result<(Buffer, Buffer)> {
        not_built("sort")
    }

    fn topk(&self, _: &Operand, _: usize, _: bool) -> Result<(Buffer, Buffer)> {
        not_built("topk")
    }

    fn matmul(&self, _: &Operand, _: &Operand) -> Result<Buffer> {
        not_built("matmul")
    }

    fn gather(&self, _: &Operand, _: usize, _: &Operand) -> Result<Buffer> {
        not_built("gather")
    }

    fn scatter(&self, _: &Operand, _: usize, _: &Operand, _: &Operand, _: Combine) -> Result<()> {
        not_built("scatter")
    }

    fn index(&self, _: &Operand, _: &[Operand]) -> Result<Buffer> {
        not_built("reading by index tensors")
    }

    fn index_put(&self, _: &Operand, _: &[Operand], _: &Operand, _: bool) -> Result<()> {
        not_built("writing by index tensors")
    }

    fn nonzero(&self, _: &Operand) -> Result<(Buffer, usize)> {
        not_built("nonzero")
    }
}
