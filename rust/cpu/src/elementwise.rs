//! Runs a Program block by block: every step reads and writes blocks that stay in the cache, and memory is passed once.
#![allow(unsafe_code)]

use crate::kernels::{self, BlockFn};
use crate::{convert, gather, memory, threads};
use pyrite_core::program::{Arg, Input, Program, Step};
use pyrite_core::{Buffer, DType, Error, Immediate, Op, Result};
use std::sync::OnceLock;

/// Elements of a block.
const BLOCK: usize = 1024;
/// Steps times elements from which a second thread pays.
const PARALLEL_WORK: usize = 1 << 16;

/// `PYRITE_BLOCK=4` makes every test cross block boundaries.
fn block_size() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(|| {
        let asked = std::env::var("PYRITE_BLOCK").ok().and_then(|v| v.parse().ok());
        asked.filter(|&n| n > 0).unwrap_or(BLOCK).min(1 << 16)
    })
}

/// The block function of `op` for a dtype's compute type.
fn kernel(op: Op, dtype: DType) -> Result<BlockFn> {
    kernels::block(op, dtype.compute()).ok_or(Error::Unsupported { op: op.name(), dtype })
}

/// Where a block of an argument or a result is.
#[derive(Clone, Copy)]
enum Place {
    /// In memory, dense from this address on, in elements of this size.
    Memory { base: usize, size: usize },
    /// In a block of the task's scratch.
    Slot(usize),
}

/// One step, ready to run.
enum Action {
    Apply { kernel: BlockFn, args: [Place; 3], to: Place, narrow: Option<DType> },
    Cast { from: DType, to: DType, arg: Place, target: Place },
}

/// An input that is copied into a slot before the steps of a block.
struct Load<'p> {
    input: &'p Input,
    base: *const u8,
    slot: usize,
}

/// A result that is converted or copied from its slot after the steps of a block.
struct Store {
    dtype: DType,
    from: usize,
    base: *mut u8,
}

/// A program with every argument placed.
struct Plan<'p> {
    loads: Vec<Load<'p>>,
    fills: Vec<([u8; 16], usize, usize)>,
    actions: Vec<Action>,
    stores: Vec<Store>,
    slots: usize,
}

// SAFETY: the pointers are to buffers that outlive the run; tasks touch disjoint ranges of the outputs.
unsafe impl Sync for Plan<'_> {}

fn host(buffer: &Buffer) -> Result<*mut u8> {
    buffer.0.host().ok_or_else(|| Error::Invalid("a CPU kernel was given memory of another device".into()))
}

impl<'p> Plan<'p> {
    fn new(program: &'p Program, outputs: &[Buffer]) -> Result<Plan<'p>> {
        let mut plan = Plan { loads: Vec::new(), fills: Vec::new(), actions: Vec::new(), stores: Vec::new(), slots: 0 };
        let mut inputs = Vec::with_capacity(program.inputs.len());
        for input in &program.inputs {
            inputs.push(plan.place_input(input)?);
        }
        let mut scalars = Vec::with_capacity(program.scalars.len());
        for &(scalar, dtype) in &program.scalars {
            let slot = plan.slot();
            plan.fills.push((convert::scalar_bytes(scalar, dtype), dtype.compute().size(), slot));
            scalars.push(Place::Slot(slot));
        }
        let last_use = last_uses(program);
        let mut free: Vec<usize> = Vec::new();
        let mut results: Vec<Place> = Vec::with_capacity(program.steps.len());
        for (i, step) in program.steps.iter().enumerate() {
            let target = match program.outputs.iter().position(|&s| s == i) {
                Some(o) => plan.place_output(step.dtype(), &outputs[o], program)?,
                None => Place::Slot(free.pop().unwrap_or_else(|| plan.slot())),
            };
            let place = |arg: &Arg| match *arg {
                Arg::Input(k) => inputs[k],
                Arg::Scalar(k) => scalars[k],
                Arg::Step(k) => results[k],
            };
            plan.actions.push(action(step, target, place)?);
            for arg in step.args() {
                if let Arg::Step(k) = *arg
                    && last_use[k] == i
                    && !program.outputs.contains(&k)
                    && let Place::Slot(slot) = results[k]
                    && !free.contains(&slot)
                {
                    free.push(slot);
                }
            }
            results.push(target);
        }
        Ok(plan)
    }

    fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }

    fn place_input(&mut self, input: &'p Input) -> Result<Place> {
        let (base, size) = (host(&input.buffer)?, input.dtype.size());
        if input.layout.is_contiguous() && convert::load(input.dtype).is_none() {
            return Ok(Place::Memory { base: base as usize + input.layout.offset * size, size });
        }
        let slot = self.slot();
        self.loads.push(Load { input, base, slot });
        Ok(Place::Slot(slot))
    }

    /// Results that must be converted, and those that take over an input's memory, are computed in a slot first.
    fn place_output(&mut self, dtype: DType, output: &Buffer, program: &Program) -> Result<Place> {
        let base = host(output)?;
        let donated = program.inputs.iter().any(|i| i.buffer.same(output));
        if !donated && convert::store(dtype).is_none() {
            return Ok(Place::Memory { base: base as usize, size: dtype.size() });
        }
        let slot = self.slot();
        self.stores.push(Store { dtype, from: slot, base });
        Ok(Place::Slot(slot))
    }
}

/// The last step that reads each step's result.
fn last_uses(program: &Program) -> Vec<usize> {
    let mut last = vec![0; program.steps.len()];
    for (i, step) in program.steps.iter().enumerate() {
        for arg in step.args() {
            if let Arg::Step(k) = *arg {
                last[k] = i;
            }
        }
    }
    last
}

fn action(step: &Step, target: Place, place: impl Fn(&Arg) -> Place) -> Result<Action> {
    Ok(match step {
        Step::Cast { from, to, arg } => Action::Cast { from: *from, to: *to, arg: place(arg), target },
        Step::Apply { op, dtype, args } => {
            let mut places = [place(&args[0]); 3];
            for (p, arg) in places.iter_mut().zip(args) {
                *p = place(arg);
            }
            Action::Apply { kernel: kernel(*op, *dtype)?, args: places, to: target, narrow: narrowing(*op, *dtype) }
        }
    })
}

/// The dtype that a result must be rounded to, where its compute type holds more.
fn narrowing(op: Op, dtype: DType) -> Option<DType> {
    let result = op.result(dtype);
    let wider = matches!(result, DType::F16 | DType::BF16) || (result == DType::Bool && dtype == DType::Bool);
    (wider && op != Op::select).then_some(result)
}

/// A task's blocks: 16 bytes an element, so that a slot holds any dtype.
struct Scratch {
    bytes: Vec<u128>,
    block: usize,
}

impl Scratch {
    fn slot(&mut self, i: usize) -> *mut u8 {
        self.bytes[i * self.block..].as_mut_ptr().cast()
    }

    fn at(&mut self, place: Place, start: usize) -> *mut u8 {
        match place {
            Place::Memory { base, size } => (base + start * size) as *mut u8,
            Place::Slot(i) => self.slot(i),
        }
    }
}

impl Plan<'_> {
    /// Runs all steps for the elements `from .. to`.
    fn task(&self, from: usize, to: usize) {
        let block = block_size().min(to - from);
        let mut scratch = Scratch { bytes: vec![0; (self.slots + 2) * block], block };
        for &(bytes, size, slot) in &self.fills {
            let p = scratch.slot(slot);
            for i in 0..block {
                // SAFETY: a slot holds `block` elements of up to 16 bytes.
                unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), p.add(i * size), size) };
            }
        }
        let mut start = from;
        while start < to {
            let n = block.min(to - start);
            // SAFETY: the elements `start .. start + n` exist in every input and output; slots hold `block >= n` elements.
            unsafe { self.block(&mut scratch, start, n) };
            start += n;
        }
    }

    unsafe fn block(&self, scratch: &mut Scratch, start: usize, n: usize) {
        let spare = scratch.slot(self.slots);
        // SAFETY: as the caller promises; the spare slots are no step's place.
        unsafe {
            for load in &self.loads {
                let (to, size) = (scratch.slot(load.slot), load.input.dtype.size());
                match convert::load(load.input.dtype) {
                    Some(convert) => {
                        gather::gather(load.base, &load.input.layout, size, start, spare, n);
                        convert(spare, to, n);
                    }
                    None => gather::gather(load.base, &load.input.layout, size, start, to, n),
                }
            }
            for action in &self.actions {
                match action {
                    Action::Apply { kernel, args, to, narrow } => {
                        let [a, b, c] = args.map(|p| scratch.at(p, start).cast_const());
                        let to = scratch.at(*to, start);
                        kernel(to, a, b, c, n);
                        if let Some(dtype) = narrow {
                            convert::narrow(*dtype, to, spare, n);
                        }
                    }
                    Action::Cast { from, to, arg, target } => {
                        let (arg, target) = (scratch.at(*arg, start), scratch.at(*target, start));
                        convert::cast(*from, *to, arg, target, spare, n);
                    }
                }
            }
            for store in &self.stores {
                let (from, size) = (scratch.slot(store.from), store.dtype.size());
                let to = store.base.add(start * size);
                match convert::store(store.dtype) {
                    Some(convert) => convert(from, to, n),
                    None => std::ptr::copy_nonoverlapping(from, to, n * size),
                }
            }
        }
    }
}

/// Evaluates a program; see `Backend::run`.
pub fn run(program: &Program, outputs: &[Buffer]) -> Result<()> {
    let n = program.numel;
    if n == 0 {
        return Ok(());
    }
    let plan = Plan::new(program, outputs)?;
    let block = block_size();
    let tasks = if n * program.steps.len() < PARALLEL_WORK { 1 } else { (n / (16 * block)).clamp(1, 64) };
    let share = n.div_ceil(tasks).next_multiple_of(block);
    threads::run(n.div_ceil(share), |i| plan.task(i * share, (i * share + share).min(n)));
    Ok(())
}

/// One op on few elements, without a program; None where an operand needs converting. See `Backend::immediate`.
pub fn immediate(op: Op, dtype: DType, operands: &[Immediate<'_>], numel: usize) -> Option<Result<Buffer>> {
    if convert::load(dtype).is_some() {
        return None;
    }
    Some(kernel(op, dtype).and_then(|kernel| apply(kernel, op, dtype, operands, numel)))
}

fn apply(kernel: BlockFn, op: Op, dtype: DType, operands: &[Immediate<'_>], numel: usize) -> Result<Buffer> {
    let result = op.result(dtype);
    let out = memory::allocate(numel * result.size())?;
    let to = host(&out)?;
    let mut few = [[0u128; 4]; 3];
    let mut many = [const { Vec::<u128>::new() }; 3];
    let mut args = [std::ptr::null(); 3];
    for (i, operand) in operands.iter().enumerate() {
        let operand_dtype = op.operand(i, dtype);
        let size = operand_dtype.compute().size();
        args[i] = match operand {
            // SAFETY: the caller gives offsets within the buffer.
            Immediate::Dense(buffer, offset) => unsafe { host(buffer)?.add(offset * size).cast_const() },
            Immediate::Scalar(scalar) => {
                let slot: &mut [u128] = if numel * size <= 64 {
                    &mut few[i]
                } else {
                    many[i].resize((numel * size).div_ceil(16), 0);
                    &mut many[i]
                };
                fill(slot, &convert::scalar_bytes(*scalar, operand_dtype)[..size]);
                slot.as_ptr().cast()
            }
        };
    }
    // SAFETY: every operand holds `numel` elements of its compute type, which here is its dtype, and the result is new.
    unsafe { kernel(to, args[0], args[1], args[2], numel) };
    if narrowing(op, dtype) == Some(DType::Bool) {
        // SAFETY: bool needs no scratch.
        unsafe { convert::narrow(DType::Bool, to, std::ptr::null_mut(), numel) };
    }
    Ok(out)
}

/// Repeats an element of 1 to 16 bytes over a slot.
fn fill(slot: &mut [u128], element: &[u8]) {
    let mut pattern = [0u8; 16];
    for (i, byte) in pattern.iter_mut().enumerate() {
        *byte = element[i % element.len()];
    }
    slot.fill(u128::from_ne_bytes(pattern));
}
