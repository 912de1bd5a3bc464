//! Backend: all that a device must do. Shapes, dtypes, promotion and deferral are settled before a call gets here.

use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::fast::Fast;
use crate::layout::Layout;
use crate::op::Op;
use crate::program::{Program, Run};
use crate::random::Draw;
use crate::range::Range;
use crate::scalar::Scalar;
use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Memory of a device, given back to its pool on drop.
pub trait Memory: Send + Sync + Any {
    /// Bytes.
    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The address, where the host can read and write it.
    fn host(&self) -> Option<*mut u8>;

    /// How many outside readers and writers (arrays, capsules) hold it now.
    fn exports(&self) -> &AtomicUsize;

    /// Whether it came from outside, so that its owner may write to it at any time.
    fn is_foreign(&self) -> bool;

    /// Whether it must not be written.
    fn is_read_only(&self) -> bool {
        false
    }

    fn as_any(&self) -> &dyn Any;
}

/// A handle to memory. Clones share it.
#[derive(Clone)]
pub struct Buffer(pub Arc<dyn Memory>);

impl Buffer {
    /// Whether someone outside can write to it: its content may change between two reads.
    pub fn is_shared(&self) -> bool {
        self.0.is_foreign() || self.0.exports().load(Ordering::Acquire) > 0
    }

    pub fn same(&self, other: &Buffer) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Buffer({} bytes)", self.0.len())
    }
}

/// One tensor as a kernel reads or writes it.
#[derive(Clone, Debug)]
pub struct Operand {
    pub buffer: Buffer,
    pub layout: Layout,
    pub dtype: DType,
}

/// How a reduction combines elements (see `reduction.rs` for identities and result types).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduction {
    Sum,
    Prod,
    Max,
    Min,
    Argmax,
    Argmin,
    Any,
    All,
}

/// A running reduction along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scan {
    Sum,
    Prod,
    /// The largest so far, and where it stands.
    Max,
    Min,
    LogSumExp,
}

/// How a write by index goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Put {
    /// Adds, places named twice twice, instead of writing over what is there.
    pub accumulate: bool,
    /// Indices below zero count from the end.
    pub wrap: bool,
}

/// How a scatter combines what is there with what comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Combine {
    Set,
    Add,
    Mul,
    Max,
    Min,
}

/// An operand of an immediate op.
#[derive(Clone, Copy)]
pub enum Immediate<'a> {
    /// As many elements as the result has, dense, in the operand's dtype.
    Dense(&'a Buffer, usize),
    Scalar(Scalar),
}

/// What is wrong with a `p` that [`Backend::require_probabilities`] refuses.
pub const NO_PROBABILITY: &str = "bernoulli expects every p to be in [0, 1]";

/// One device. Buffers passed in belong to it; results are dense and row-major unless said otherwise.
pub trait Backend: Send + Sync {
    /// `cpu`, `cuda`.
    fn name(&self) -> &'static str;

    /// Memory of `bytes`, with whatever content.
    fn allocate(&self, bytes: usize) -> Result<Buffer>;

    /// The bytes that one tensor can have at most.
    fn capacity(&self) -> usize;

    /// A copy of host memory.
    fn upload(&self, bytes: &[u8]) -> Result<Buffer>;

    /// A copy of a buffer.
    fn copy(&self, buffer: &Buffer) -> Result<Buffer> {
        let mut bytes = vec![0; buffer.0.len()];
        self.download(buffer, 0, &mut bytes)?;
        self.upload(&bytes)
    }

    /// Copies `out.len()` bytes from byte `start` to the host.
    fn download(&self, buffer: &Buffer, start: usize, out: &mut [u8]) -> Result<()>;

    /// Evaluates a program; output `i` is written to `outputs[i]`, which may be the buffer of an input that is read whole
    /// and in order, and then is that input's last use.
    fn run(&self, program: &Program, outputs: &[Buffer]) -> Result<()>;

    /// Whether [`Backend::run_together`] costs less than one run after another.
    fn runs_together(&self) -> bool {
        false
    }

    /// Evaluates programs that do not read each other's outputs: all of them, or on an error none.
    fn run_together(&self, runs: &[&Run]) -> Result<()> {
        runs.iter().try_for_each(|run| self.run(&run.program, &run.outputs))
    }

    /// Whether even the smallest results are deferred, because starting a kernel costs more than it computes.
    fn defers_small(&self) -> bool {
        false
    }

    /// One op on a few elements, now; None where the device prefers a program.
    fn immediate(&self, op: Op, dtype: DType, operands: &[Immediate<'_>], numel: usize) -> Option<Result<Buffer>>;

    /// Whether any element of an integer operand is zero: asked before a division.
    fn any_zero(&self, operand: &Operand) -> Result<bool>;

    /// Refuses, now or with the next read-back, probabilities of which a bool operand says that one is none.
    fn require_probabilities(&self, are: &Operand) -> Result<()> {
        match self.any_zero(are)? {
            true => Err(Error::Invalid(NO_PROBABILITY.into())),
            false => Ok(()),
        }
    }

    /// Copies `source` into the places of `target`; both have the same shape, dtypes may differ, memory does not overlap.
    fn write(&self, source: &Operand, target: &Operand) -> Result<()>;

    /// Reduces the last `axes` axes. Max and min of NaN are NaN; arg reductions give the first place, row-major, as int64;
    /// sums of float16 and bfloat16 are kept in float32. The result has the input's dtype (int64 for arg reductions, bool
    /// for any and all). An empty reduction gives the identity; the caller refuses those without one.
    fn reduce(&self, kind: Reduction, input: &Operand, axes: usize) -> Result<Buffer>;

    /// Runs a scan over the last axis: the values, and for Max and Min the places as int64.
    fn scan(&self, kind: Scan, input: &Operand) -> Result<(Buffer, Option<Buffer>)>;

    /// Sorts the last axis, stably, NaN as the largest: the values and their places as int64.
    fn sort(&self, input: &Operand, descending: bool) -> Result<(Buffer, Buffer)>;

    /// The same where equal elements may come in any order; a device that can gives PyTorch's.
    fn sort_unstably(&self, input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
        self.sort(input, descending)
    }

    /// The place of the `k`-th least element (from 0) of the last axis, one for each row, as int64.
    fn kth(&self, input: &Operand, k: usize) -> Result<Buffer> {
        let (_, places) = self.sort(input, false)?;
        let (rows, n) = (
            input.layout.numel() / input.layout.shape.last().copied().unwrap_or(1).max(1),
            input.layout.shape.last().copied().unwrap_or(1),
        );
        let column =
            Layout { shape: [rows].into_iter().collect(), strides: [n as isize].into_iter().collect(), offset: k };
        let out = self.allocate(rows * DType::I64.size())?;
        let source = Operand { buffer: places, layout: column, dtype: DType::I64 };
        self.write(&source, &Operand { buffer: out.clone(), layout: Layout::contiguous(&[rows]), dtype: DType::I64 })?;
        Ok(out)
    }

    /// The `k` largest or smallest of the last axis, in order: the values and their places as int64.
    fn topk(&self, input: &Operand, k: usize, largest: bool) -> Result<(Buffer, Buffer)>;

    /// Matrix products `a [batch, m, k] x b [batch, k, n]` of one dtype, any strides; a batch axis may have stride 0.
    fn matmul(&self, a: &Operand, b: &Operand) -> Result<Buffer>;

    /// `out[i, j] = input[.., index[i, j], ..]` along `axis`; the index is int64, checked, not negative.
    fn gather(&self, input: &Operand, axis: usize, index: &Operand) -> Result<Buffer>;

    /// `target[.., index[i, j], ..] (combine)= source[i, j]` along `axis`, in order.
    fn scatter(&self, target: &Operand, axis: usize, index: &Operand, source: &Operand, how: Combine) -> Result<()>;

    /// Reads by several index tensors at once. `input` has the indexed axes first; `indices` (int64, one for each, all of one
    /// shape) may be negative where they `wrap`. The result has the indices' shape, then the other axes.
    fn index(&self, input: &Operand, indices: &[Operand], wrap: bool) -> Result<Buffer>;

    /// Writes by several index tensors at once: the adjoint of [`Backend::index`]; `source` has the result's shape.
    fn index_put(&self, target: &Operand, indices: &[Operand], source: &Operand, how: Put) -> Result<()>;

    /// The places of the elements that are not zero, row-major: an int64 matrix [count, rank].
    fn nonzero(&self, input: &Operand) -> Result<(Buffer, usize)>;

    /// The numbers of a range; from the host where the device does not make them.
    fn range(&self, range: &Range) -> Result<Buffer> {
        self.upload(&range.bytes())
    }

    /// Random numbers by counter. A device that draws them otherwise, from a generator of its own, has none.
    fn random(&self, _: &Draw) -> Result<Buffer> {
        Err(Error::Invalid(format!("{} draws no random numbers by counter", self.name())))
    }

    /// Whether the device has a kernel for a fast op on elements of a dtype.
    fn has_fast(&self, _: &Fast, _: DType) -> bool {
        false
    }

    /// Runs a fast op that it has, from inputs into outputs in the order that [`Fast`] gives; an input may be left out.
    fn fast(&self, op: &Fast, _inputs: &[Option<Operand>], _outputs: &[Operand]) -> Result<()> {
        Err(Error::Invalid(format!("{}: no kernel for {op:?}", self.name())))
    }
}
