//! Value: immutable content, pending or ready; Storage: a variable that holds one.
//!
//! A pending value is an op over sources. It is lowered, together with the pending values it reads, to one Program when its
//! content is needed. Evaluation is serialised by a lock under which nothing is dropped and Python is never entered; a
//! caller that may wait for it must not hold Python's global lock.

use crate::backend::{Backend, Buffer};
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::{Layout, Shape};
use crate::op::Op;
use crate::program::{Arg, Input, MAX_BUFFERS, MAX_NODES, Program, Run, Step};
use crate::scalar::Scalar;
use smallvec::SmallVec;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};

/// How one input of a pending op is read.
#[derive(Debug)]
pub enum Source {
    Scalar(Scalar),
    /// A value through a layout of the op's shape.
    Value(Arc<Value>, Layout),
}

/// An op that has not run yet. Its result is dense and row-major over `shape`.
#[derive(Debug)]
pub struct Pending {
    pub op: Op,
    pub dtype: DType,
    pub shape: Shape,
    pub sources: SmallVec<[Source; 3]>,
    /// Steps of the program that this would become.
    nodes: usize,
    /// Buffers that the program would read.
    leaves: usize,
    /// Whether every buffer is read whole and in order, so that the expression holds for any shape of as many elements.
    flat: bool,
}

/// Immutable content of a storage. A ready value never changes; a pending one becomes ready once.
#[derive(Debug)]
pub struct Value {
    pub dtype: DType,
    pub numel: usize,
    pub backend: &'static dyn Backend,
    ready: OnceLock<Buffer>,
    pending: Mutex<Option<Arc<Pending>>>,
    bytes_pinned: usize,
}

impl std::fmt::Debug for dyn Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

static EVALUATION: Mutex<()> = Mutex::new(());
static PINNED: AtomicUsize = AtomicUsize::new(0);
static LARGE: Mutex<Vec<Weak<Value>>> = Mutex::new(Vec::new());

/// Bytes that pending values may keep alive before new ones are evaluated at once.
const PINNED_CAP: usize = 64 << 20;
/// A pending value of this many bytes is evaluated at the end of a backward pass or an optimizer's step.
const LARGE_BYTES: usize = 1 << 20;

/// Held while nothing may be evaluated: around a fork.
pub fn lock_evaluation() -> MutexGuard<'static, ()> {
    EVALUATION.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Held while no pending value may be noted: around a fork.
pub fn lock_notes() -> MutexGuard<'static, impl Sized> {
    LARGE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// How much is deferred; read once from the environment.
pub struct Deferral {
    /// Steps that a program may have; 1 makes every op run at its call.
    pub max_nodes: usize,
    /// Results of at most this many elements are computed at the call.
    pub small: usize,
}

/// `PYRITE_EAGER=1` runs every op at its call, `PYRITE_DEFER=1` defers even the smallest.
pub fn deferral() -> &'static Deferral {
    static SETTINGS: OnceLock<Deferral> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        let on = |name: &str| std::env::var(name).is_ok_and(|v| v == "1");
        Deferral {
            max_nodes: if on("PYRITE_EAGER") { 1 } else { MAX_NODES },
            small: if on("PYRITE_DEFER") { 0 } else { 4096 },
        }
    })
}

impl Source {
    fn value(&self) -> Option<&Arc<Value>> {
        match self {
            Source::Value(value, _) => Some(value),
            Source::Scalar(_) => None,
        }
    }

    /// The pending op behind this source, where it can become part of the program of `shape` that reads it.
    fn inlinable(&self, shape: &[usize]) -> Option<Arc<Pending>> {
        let Source::Value(value, layout) = self else { return None };
        let pending = value.pending()?;
        (layout.is_whole(value.numel) && (pending.flat || pending.shape.as_slice() == shape)).then_some(pending)
    }
}

impl Value {
    pub fn ready(dtype: DType, numel: usize, backend: &'static dyn Backend, buffer: Buffer) -> Arc<Value> {
        let ready = OnceLock::from(buffer);
        Arc::new(Value { dtype, numel, backend, ready, pending: Mutex::new(None), bytes_pinned: 0 })
    }

    /// The result of `op`, to be computed when it is read, or now where deferring it would grow past the limits or would
    /// read memory that someone outside may change. `dtype` is what the op computes in.
    pub fn defer(
        op: Op,
        dtype: DType,
        shape: Shape,
        sources: SmallVec<[Source; 3]>,
        backend: &'static dyn Backend,
    ) -> Result<Arc<Value>> {
        let numel: usize = shape.iter().product();
        let measured = measure(&shape, &sources)?;
        let result = op.result(dtype);
        let bytes = numel * result.size();
        let pinned = measured.pinned;
        let pending =
            Pending { op, dtype, shape, sources, nodes: measured.nodes, leaves: measured.leaves, flat: measured.flat };
        let value = Arc::new(Value {
            dtype: result,
            numel,
            backend,
            ready: OnceLock::new(),
            pending: Mutex::new(Some(Arc::new(pending))),
            bytes_pinned: pinned,
        });
        let total = PINNED.fetch_add(pinned, Ordering::Relaxed) + pinned;
        if measured.shared || deferral().max_nodes == 1 || total > PINNED_CAP {
            value.evaluate()?;
        } else if bytes >= LARGE_BYTES {
            let mut large = LARGE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            large.push(Arc::downgrade(&value));
        }
        Ok(value)
    }

    pub fn is_ready(&self) -> bool {
        self.ready.get().is_some()
    }

    /// The content, if it is there already.
    pub fn buffer_if_ready(&self) -> Option<&Buffer> {
        self.ready.get()
    }

    /// The content, computed now if need be.
    pub fn buffer(self: &Arc<Value>) -> Result<&Buffer> {
        if let Some(buffer) = self.ready.get() {
            return Ok(buffer);
        }
        self.evaluate()?;
        Ok(self.ready.get().expect("evaluation makes a value ready"))
    }

    /// Whether someone outside can write to the content.
    pub fn is_shared(&self) -> bool {
        self.ready.get().is_some_and(Buffer::is_shared)
    }

    fn pending(&self) -> Option<Arc<Pending>> {
        self.pending.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn settle(&self, buffer: Buffer) -> Option<Arc<Pending>> {
        let _ = self.ready.set(buffer);
        PINNED.fetch_sub(self.bytes_pinned, Ordering::Relaxed);
        self.pending.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take()
    }

    /// Runs the program that this value stands for. After an error every value is still pending and can be tried again.
    pub fn evaluate(self: &Arc<Value>) -> Result<()> {
        let mut garbage = Vec::new();
        let outcome = {
            let _lock = lock_evaluation();
            evaluate_locked(self, &mut garbage)
        };
        drop(garbage);
        outcome
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        if self.ready.get().is_none() {
            PINNED.fetch_sub(self.bytes_pinned, Ordering::Relaxed);
        }
    }
}

/// What a pending op would weigh as a program.
struct Measure {
    nodes: usize,
    leaves: usize,
    flat: bool,
    shared: bool,
    pinned: usize,
}

/// Evaluates the sources that cannot become part of the program, and all pending ones where it would grow past the limits.
fn measure(shape: &[usize], sources: &[Source]) -> Result<Measure> {
    let mut m = Measure { nodes: 1, leaves: 0, flat: true, shared: false, pinned: 0 };
    let inner: SmallVec<[Option<Arc<Pending>>; 3]> = sources.iter().map(|s| s.inlinable(shape)).collect();
    for pending in inner.iter().flatten() {
        m.nodes += pending.nodes;
        m.leaves += pending.leaves;
        m.flat &= pending.flat;
    }
    let outer = sources.iter().zip(&inner).filter(|(s, p)| p.is_none() && s.value().is_some()).count();
    let evaluate_all = m.nodes > deferral().max_nodes || m.leaves + outer + 1 > MAX_BUFFERS;
    if evaluate_all {
        (m.nodes, m.leaves, m.flat) = (1, 0, true);
    }
    for (source, pending) in sources.iter().zip(inner) {
        let Source::Value(value, layout) = source else { continue };
        if pending.is_some() && !evaluate_all {
            continue;
        }
        drop(pending);
        value.buffer()?;
        m.leaves += 1;
        m.flat &= layout.is_whole(value.numel);
        m.shared |= value.is_shared();
        m.pinned += value.numel * value.dtype.size();
    }
    Ok(m)
}

/// Evaluates all pending values of a MiB or more that are still alive.
pub fn evaluate_large() -> Result<()> {
    let waiting = std::mem::take(&mut *LARGE.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
    for value in waiting.iter().filter_map(Weak::upgrade) {
        value.buffer()?;
    }
    Ok(())
}

/// The pending values of one program in evaluation order, each after what it reads.
struct Collected {
    nodes: Vec<(*const Value, Arc<Pending>)>,
    /// How often each value, inner or leaf, is read within the program.
    reads: HashMap<*const Value, usize>,
}

fn collect(root: &Arc<Value>, pending: Arc<Pending>) -> Collected {
    let shape = pending.shape.clone();
    let mut out = Collected { nodes: Vec::new(), reads: HashMap::new() };
    visit(Arc::as_ptr(root), pending, &shape, &mut out);
    out
}

/// Depth is bounded by the limit on nodes.
fn visit(id: *const Value, pending: Arc<Pending>, shape: &[usize], out: &mut Collected) {
    for source in &pending.sources {
        let Some(value) = source.value() else { continue };
        let seen = out.reads.entry(Arc::as_ptr(value)).or_insert(0);
        *seen += 1;
        if *seen == 1
            && let Some(inner) = source.inlinable(shape)
        {
            visit(Arc::as_ptr(value), inner, shape, out);
        }
    }
    out.nodes.push((id, pending));
}

impl Collected {
    fn source_value(&self, id: *const Value) -> Option<&Arc<Value>> {
        self.nodes.iter().flat_map(|(_, p)| &p.sources).filter_map(Source::value).find(|value| Arc::as_ptr(value) == id)
    }

    /// The inner values that someone outside the program still holds, in evaluation order.
    fn held(&self) -> Vec<&Arc<Value>> {
        let inner = &self.nodes[..self.nodes.len() - 1];
        inner
            .iter()
            .filter_map(|(id, _)| self.source_value(*id))
            .filter(|value| Arc::strong_count(value) > self.reads[&Arc::as_ptr(value)])
            .collect()
    }

    fn leaves(&self) -> usize {
        self.reads.len() + 1 - self.nodes.len()
    }
}

/// A program that is about to run.
struct Job {
    collected: Collected,
    outputs: Vec<Arc<Value>>,
    run: Run,
}

/// Lowers the program that makes `root` ready; None where it is already.
fn prepare(root: &Arc<Value>, garbage: &mut Vec<Arc<Pending>>) -> Result<Option<Job>> {
    if root.is_ready() {
        return Ok(None);
    }
    let Some(pending) = root.pending() else { return Ok(None) };
    let collected = collect(root, pending);
    let held = collected.held();
    if collected.leaves() + held.len() + 1 > MAX_BUFFERS && !held.is_empty() {
        // A recorded chain keeps every inner value: cut it in halves until the kept ones fit.
        let middle = held[held.len() / 2].clone();
        let outcome = evaluate_locked(&middle, garbage);
        drop(held);
        garbage.extend(collected.nodes.into_iter().map(|(_, p)| p));
        outcome?;
        return prepare(root, garbage);
    }
    let mut outputs: Vec<Arc<Value>> = held.into_iter().cloned().collect();
    outputs.push(root.clone());
    let program = lower(&collected, &outputs)?;
    let buffers = allocate_outputs(&collected, &outputs, &program)?;
    Ok(Some(Job { collected, outputs, run: Run { program, outputs: buffers } }))
}

impl Job {
    /// The results have been computed.
    fn settle(self, garbage: &mut Vec<Arc<Pending>>) {
        for (value, buffer) in self.outputs.iter().zip(self.run.outputs) {
            garbage.extend(value.settle(buffer));
        }
        garbage.extend(self.collected.nodes.into_iter().map(|(_, p)| p));
    }
}

fn evaluate_locked(root: &Arc<Value>, garbage: &mut Vec<Arc<Pending>>) -> Result<()> {
    let Some(job) = prepare(root, garbage)? else { return Ok(()) };
    root.backend.run(&job.run.program, &job.run.outputs)?;
    job.settle(garbage);
    Ok(())
}

/// Evaluates pending values of one device, as many at once as do not read each other.
pub(crate) fn evaluate_together(values: &[Arc<Value>]) -> Result<()> {
    let mut garbage = Vec::new();
    let outcome = {
        let _lock = lock_evaluation();
        evaluate_together_locked(values, &mut garbage)
    };
    drop(garbage);
    outcome
}

fn evaluate_together_locked(values: &[Arc<Value>], garbage: &mut Vec<Arc<Pending>>) -> Result<()> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut known: HashSet<*const Value> = HashSet::new();
    for value in values {
        if known.contains(&Arc::as_ptr(value)) {
            continue;
        }
        if value.pending().is_some_and(|pending| reads_any(value, pending, &known)) {
            run_together(&mut jobs, garbage)?;
            known.clear();
        }
        if let Some(job) = prepare(value, garbage)? {
            known.extend(job.collected.nodes.iter().map(|(id, _)| id));
            jobs.push(job);
        }
    }
    run_together(&mut jobs, garbage)
}

/// Whether the program of a pending value would contain one of `known`.
fn reads_any(root: &Arc<Value>, pending: Arc<Pending>, known: &HashSet<*const Value>) -> bool {
    !known.is_empty() && collect(root, pending).nodes.iter().any(|(id, _)| known.contains(id))
}

fn run_together(jobs: &mut Vec<Job>, garbage: &mut Vec<Arc<Pending>>) -> Result<()> {
    let Some(backend) = jobs.first().and_then(|job| job.outputs.first()).map(|value| value.backend) else {
        return Ok(());
    };
    let runs: Vec<&Run> = jobs.iter().map(|job| &job.run).collect();
    backend.run_together(&runs)?;
    jobs.drain(..).for_each(|job| job.settle(garbage));
    Ok(())
}

/// A buffer for each output; an input that only this program reads, whole and in order, gives its own.
fn allocate_outputs(collected: &Collected, outputs: &[Arc<Value>], program: &Program) -> Result<Vec<Buffer>> {
    let mut donors: Vec<Buffer> = collected
        .reads
        .iter()
        .filter_map(|(&id, &reads)| {
            let value = collected.source_value(id)?;
            let buffer = value.buffer_if_ready()?;
            let private = Arc::strong_count(value) == reads
                && Arc::strong_count(&buffer.0) == 1 + program.inputs.iter().filter(|i| i.buffer.same(buffer)).count();
            let whole =
                program.inputs.iter().filter(|i| i.buffer.same(buffer)).all(|i| i.layout.is_whole(program.numel));
            (private && whole && !buffer.is_shared() && !buffer.0.is_read_only()).then(|| buffer.clone())
        })
        .collect();
    donors.sort_by_key(|donor| program.inputs.iter().position(|i| i.buffer.same(donor)));
    outputs
        .iter()
        .map(|value| {
            let bytes = value.numel * value.dtype.size();
            match donors.iter().position(|b| b.0.len() == bytes) {
                Some(i) => Ok(donors.remove(i)),
                None => value.backend.allocate(bytes),
            }
        })
        .collect()
}

/// Turns collected nodes into steps; casts come before the op that needs them.
fn lower(collected: &Collected, outputs: &[Arc<Value>]) -> Result<Program> {
    let (_, root) = collected.nodes.last().expect("a program has a root");
    let numel = root.shape.iter().product();
    let mut program = Program {
        shape: root.shape.clone(),
        numel,
        inputs: Vec::new(),
        scalars: Vec::new(),
        steps: Vec::new(),
        outputs: Vec::new(),
    };
    let mut step_of: HashMap<*const Value, usize> = HashMap::new();
    for (id, node) in &collected.nodes {
        let before = program.steps.len();
        let mut args = Vec::with_capacity(node.sources.len());
        for (i, source) in node.sources.iter().enumerate() {
            let wanted = node.op.operand(i, node.dtype);
            args.push(program.read(source, wanted, &step_of)?);
        }
        let is_cast = node.op == Op::copy && program.steps.len() > before;
        if !is_cast {
            program.steps.push(Step::Apply { op: node.op, dtype: node.dtype, args });
        }
        step_of.insert(*id, program.steps.len() - 1);
    }
    for value in outputs {
        program.outputs.push(step_of[&Arc::as_ptr(value)]);
    }
    program.merge_axes();
    Ok(program)
}

impl Program {
    /// The argument that reads `source` as `wanted`.
    fn read(&mut self, source: &Source, wanted: DType, steps: &HashMap<*const Value, usize>) -> Result<Arg> {
        let (arg, dtype) = match source {
            Source::Scalar(scalar) => {
                self.scalars.push((*scalar, wanted));
                return Ok(Arg::Scalar(self.scalars.len() - 1));
            }
            Source::Value(value, layout) => match steps.get(&Arc::as_ptr(value)) {
                Some(&step) => (Arg::Step(step), value.dtype),
                None => (self.input(value, layout)?, value.dtype),
            },
        };
        if dtype == wanted {
            return Ok(arg);
        }
        self.steps.push(Step::Cast { from: dtype, to: wanted, arg });
        Ok(Arg::Step(self.steps.len() - 1))
    }

    fn input(&mut self, value: &Arc<Value>, layout: &Layout) -> Result<Arg> {
        let buffer = value.ready.get().expect("sources that are not inlined are evaluated when they are deferred");
        let layout = match layout.shape == self.shape {
            true => layout.clone(),
            false => Layout { offset: layout.offset, ..Layout::contiguous(&self.shape) },
        };
        let known =
            self.inputs.iter().position(|i| i.buffer.same(buffer) && i.layout == layout && i.dtype == value.dtype);
        Ok(Arg::Input(known.unwrap_or_else(|| {
            self.inputs.push(Input { buffer: buffer.clone(), layout, dtype: value.dtype });
            self.inputs.len() - 1
        })))
    }
}

/// A variable that holds a value. Views of one tensor share it.
#[derive(Debug)]
pub struct Storage {
    value: Mutex<Arc<Value>>,
    writes: AtomicU64,
}

impl Storage {
    pub fn new(value: Arc<Value>) -> Arc<Storage> {
        Arc::new(Storage { value: Mutex::new(value), writes: AtomicU64::new(0) })
    }

    /// The value held now.
    pub fn value(&self) -> Arc<Value> {
        self.value.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Holds another value from now on.
    pub fn set(&self, value: Arc<Value>) {
        let old = std::mem::replace(&mut *self.value.lock().unwrap_or_else(|p| p.into_inner()), value);
        drop(old);
        self.count_write();
    }

    /// How often the content has been changed.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Acquire)
    }

    pub fn count_write(&self) {
        self.writes.fetch_add(1, Ordering::AcqRel);
    }
}
