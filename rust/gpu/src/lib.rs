//! pyrite-gpu: any GPU that wgpu reaches as a backend. Programs (`program.rs`) are printed as WGSL (`emit.rs`) from the table of ops that the
//! CPU compiles; commands are recorded and submitted in batches (`context.rs`). What is not built yet says so.

mod adapter;
mod cache;
mod context;
mod elements;
mod emit;
mod exit;
mod fast;
mod fault;
mod in_parts;
mod index;
mod kernel;
mod lines;
mod matmul;
mod memory;
mod missing;
mod not_built;
mod order;
mod parameters;
mod part;
mod pipelines;
mod pool;
#[cfg(test)]
mod portability;
mod prelude;
mod program;
mod properties;
mod random;
mod range;
mod recorder;
mod reduce;
mod rows;
mod scan;
mod sort;
mod take;
mod vectors;
mod window;

use context::Context;
use pyrite_core::fast::Fast;
use pyrite_core::program::Run;
use pyrite_core::random::Draw;
use pyrite_core::range::Range;
use pyrite_core::{
    Backend, Buffer, Combine, DType, Error, Immediate, Op, Operand, Program, Put, Reduction, Result, Scan,
};
use std::sync::OnceLock;

pub use pool::MemoryStats;
pub use properties::Properties;

/// A GPU with its memory and the kernels it has compiled. Tensors refer to it for as long as the process lives.
pub struct Gpu {
    context: Context,
}

static GPU: OnceLock<Result<Gpu>> = OnceLock::new();

/// The GPU of this process, opened when it is first asked for; the error says what is missing.
pub fn backend() -> Result<&'static Gpu> {
    let gpu = GPU.get_or_init(|| Gpu::open().inspect(|_| exit::run_at_exit(keep_kernels)));
    gpu.as_ref().map_err(Error::clone)
}

extern "C" fn keep_kernels() {
    if let Some(Ok(gpu)) = GPU.get() {
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| gpu.context.keep_kernels()));
    }
}

/// Whether this process has opened a GPU.
pub fn is_open() -> bool {
    GPU.get().is_some_and(Result::is_ok)
}

impl Gpu {
    /// Opens the best GPU of this machine; a software adapter counts only with `PYRITE_GPU_SOFTWARE=1`.
    pub fn open() -> Result<Gpu> {
        Ok(Gpu { context: Context::open()? })
    }

    /// The device, as it names itself.
    pub fn device_name(&self) -> &str {
        &self.context.adapter.name
    }

    /// The device and its driver, as they name themselves.
    pub fn description(&self) -> String {
        let adapter = &self.context.adapter;
        format!("{} ({:?}, {} {})", adapter.name, adapter.backend, adapter.driver, adapter.driver_info)
    }

    /// What the device is and can.
    pub fn properties(&self) -> Result<Properties> {
        properties::properties(&self.context)
    }

    /// Whether kernels of this device compute in a dtype; moves and copies of elements work for all.
    pub fn supports(&self, dtype: DType) -> bool {
        kernel::require(&self.context, "arithmetic", dtype).is_ok()
    }

    /// Whether this device has an elementwise op in a dtype.
    pub fn computes(&self, op: Op, dtype: DType) -> bool {
        self.supports(dtype) && rows::is_built(op, dtype, self.context.long())
    }

    /// Waits until all work is done, and raises what kernels have reported since the last read-back.
    pub fn synchronize(&self) -> Result<()> {
        self.context.synchronize()
    }

    /// Gives memory that no tensor holds back to the device.
    pub fn empty_cache(&self) -> Result<()> {
        self.context.trim()
    }

    /// Bytes given out.
    pub fn memory_stats(&self) -> MemoryStats {
        self.context.pool.stats()
    }

    /// Lets the peaks of [`Gpu::memory_stats`] start again from what is held now.
    pub fn reset_peak_memory_stats(&self) {
        self.context.pool.reset_peaks();
    }

    /// The most bytes that may be reserved; None for as many as the device has.
    pub fn set_memory_limit(&self, bytes: Option<usize>) {
        self.context.pool.set_limit(bytes);
    }

    /// Gives the device up; its tensors are lost, and later work on it is refused.
    pub fn close(&self) {
        self.context.close();
    }

    /// Kernels started so far.
    pub fn dispatches(&self) -> usize {
        self.context.dispatches()
    }

    /// Batches of commands handed to the device so far.
    pub fn submits(&self) -> usize {
        self.context.submits()
    }

    /// Kernels compiled so far.
    pub fn kernels(&self) -> usize {
        self.context.pipelines.len()
    }
}

impl Backend for Gpu {
    fn name(&self) -> &'static str {
        "cuda"
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

    fn copy(&self, buffer: &Buffer) -> Result<Buffer> {
        memory::copy(&self.context, buffer)
    }

    fn download(&self, buffer: &Buffer, start: usize, out: &mut [u8]) -> Result<()> {
        memory::download(&self.context, buffer, start, out)
    }

    fn run(&self, program: &Program, outputs: &[Buffer]) -> Result<()> {
        program::run(&self.context, program, outputs)
    }

    fn runs_together(&self) -> bool {
        true
    }

    fn run_together(&self, runs: &[&Run]) -> Result<()> {
        program::run_together(&self.context, runs)
    }

    fn defers_small(&self) -> bool {
        true
    }

    fn immediate(&self, _: Op, _: DType, _: &[Immediate<'_>], _: usize) -> Option<Result<Buffer>> {
        None
    }

    fn any_zero(&self, operand: &Operand) -> Result<bool> {
        index::any_zero(&self.context, operand)
    }

    fn require_probabilities(&self, are: &Operand) -> Result<()> {
        index::require_probabilities(&self.context, are)
    }

    fn write(&self, source: &Operand, target: &Operand) -> Result<()> {
        program::write(&self.context, source, target)
    }

    fn reduce(&self, kind: Reduction, input: &Operand, axes: usize) -> Result<Buffer> {
        reduce::reduce(&self.context, kind, input, axes)
    }

    fn scan(&self, kind: Scan, input: &Operand) -> Result<(Buffer, Option<Buffer>)> {
        scan::scan(&self.context, kind, input)
    }

    fn sort(&self, input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
        sort::sort(&self.context, input, descending)
    }

    fn sort_unstably(&self, input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
        sort::sort_unstably(&self.context, input, descending)
    }

    fn kth(&self, input: &Operand, k: usize) -> Result<Buffer> {
        sort::kth(&self.context, input, k)
    }

    fn topk(&self, input: &Operand, k: usize, largest: bool) -> Result<(Buffer, Buffer)> {
        sort::topk(&self.context, input, k, largest)
    }

    fn matmul(&self, a: &Operand, b: &Operand) -> Result<Buffer> {
        matmul::matmul(&self.context, a, b)
    }

    fn gather(&self, input: &Operand, axis: usize, index: &Operand) -> Result<Buffer> {
        index::gather(&self.context, input, axis, index)
    }

    fn scatter(&self, target: &Operand, axis: usize, index: &Operand, source: &Operand, how: Combine) -> Result<()> {
        index::scatter(&self.context, target, axis, index, source, how)
    }

    fn index(&self, input: &Operand, indices: &[Operand], wrap: bool) -> Result<Buffer> {
        index::index(&self.context, input, indices, wrap)
    }

    fn index_put(&self, target: &Operand, indices: &[Operand], source: &Operand, how: Put) -> Result<()> {
        index::index_put(&self.context, target, indices, source, how)
    }

    fn nonzero(&self, input: &Operand) -> Result<(Buffer, usize)> {
        index::nonzero(&self.context, &window::seen(&self.context, "nonzero", input)?)
    }

    fn range(&self, range: &Range) -> Result<Buffer> {
        range::range(&self.context, range)
    }

    fn random(&self, draw: &Draw) -> Result<Buffer> {
        random::random(&self.context, draw)
    }

    fn has_fast(&self, op: &Fast, dtype: DType) -> bool {
        fast::has(op, dtype)
    }

    fn fast(&self, op: &Fast, inputs: &[Option<Operand>], outputs: &[Operand]) -> Result<()> {
        fast::fast(&self.context, op, inputs, outputs)
    }
}
