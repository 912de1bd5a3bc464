//! A device that hands what it does not compute to the host: operands are copied there, and results back. It is asked for, since
//! it hides where time goes; every kind of work that it hands over is told once.

use crate::backend::{Backend, Buffer, Combine, Immediate, Operand, Put, Reduction, Scan};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::fast::Fast;
use crate::layout::Layout;
use crate::op::Op;
use crate::program::{Input, Program, Run};
use crate::random::Draw;
use crate::range::Range;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// `device`, with `host` for what it has not built.
pub struct Fallback {
    device: &'static dyn Backend,
    host: &'static dyn Backend,
}

/// What was handed over, and what of that nobody has been told.
#[derive(Default)]
struct News {
    known: HashSet<String>,
    untold: Vec<String>,
}

static HAS_NEWS: AtomicBool = AtomicBool::new(false);
static NEWS: Mutex<Option<News>> = Mutex::new(None);

fn news() -> MutexGuard<'static, Option<News>> {
    NEWS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was handed over for the first time since the last call: the refusals of the device.
pub fn take_news() -> Vec<String> {
    if !HAS_NEWS.swap(false, Ordering::AcqRel) {
        return Vec::new();
    }
    news().as_mut().map_or_else(Vec::new, |news| std::mem::take(&mut news.untold))
}

fn tell(refusal: String) {
    let mut news = news();
    let news = news.get_or_insert_default();
    if news.known.insert(refusal.clone()) {
        news.untold.push(refusal);
        HAS_NEWS.store(true, Ordering::Release);
    }
}

impl Fallback {
    pub fn new(device: &'static dyn Backend, host: &'static dyn Backend) -> Fallback {
        Fallback { device, host }
    }

    /// What the device answered or, where it has not built that, what the host does.
    fn or<T>(&self, answer: Result<T>, on_host: impl FnOnce() -> Result<T>) -> Result<T> {
        match answer {
            Err(Error::NotBuilt(refusal)) => {
                tell(refusal);
                on_host()
            }
            answer => answer,
        }
    }

    fn moved(from: &dyn Backend, buffer: &Buffer, to: &dyn Backend) -> Result<Buffer> {
        let mut bytes = vec![0; buffer.0.len()];
        from.download(buffer, 0, &mut bytes)?;
        to.upload(&bytes)
    }

    fn to_host(&self, operand: &Operand) -> Result<Operand> {
        Ok(Operand { buffer: Self::moved(self.device, &operand.buffer, self.host)?, ..operand.clone() })
    }

    fn all_to_host(&self, operands: &[Operand]) -> Result<Vec<Operand>> {
        operands.iter().map(|operand| self.to_host(operand)).collect()
    }

    fn to_device(&self, buffer: &Buffer) -> Result<Buffer> {
        Self::moved(self.host, buffer, self.device)
    }

    /// Gives a buffer of the device the content of one of the host.
    fn set(&self, target: &Buffer, content: &Buffer) -> Result<()> {
        let bytes = target.0.len();
        if bytes == 0 {
            return Ok(());
        }
        let dtype = if bytes.is_multiple_of(4) { DType::I32 } else { DType::U8 };
        let layout = Layout::contiguous(&[bytes / dtype.size()]);
        let source = Operand { buffer: self.to_device(content)?, layout: layout.clone(), dtype };
        self.device.write(&source, &Operand { buffer: target.clone(), layout, dtype })
    }

    /// Runs `work` on the host's copy of an operand, and gives its memory the outcome.
    fn change(&self, target: &Operand, work: impl FnOnce(&Operand) -> Result<()>) -> Result<()> {
        let copy = self.to_host(target)?;
        work(&copy)?;
        self.set(&target.buffer, &copy.buffer)
    }

    fn pair(&self, (values, places): (Buffer, Buffer)) -> Result<(Buffer, Buffer)> {
        Ok((self.to_device(&values)?, self.to_device(&places)?))
    }
}

impl Backend for Fallback {
    fn name(&self) -> &'static str {
        self.device.name()
    }

    fn allocate(&self, bytes: usize) -> Result<Buffer> {
        self.device.allocate(bytes)
    }

    fn capacity(&self) -> usize {
        self.device.capacity()
    }

    fn upload(&self, bytes: &[u8]) -> Result<Buffer> {
        self.device.upload(bytes)
    }

    fn copy(&self, buffer: &Buffer) -> Result<Buffer> {
        self.device.copy(buffer)
    }

    fn download(&self, buffer: &Buffer, start: usize, out: &mut [u8]) -> Result<()> {
        self.device.download(buffer, start, out)
    }

    fn run(&self, program: &Program, outputs: &[Buffer]) -> Result<()> {
        self.or(self.device.run(program, outputs), || {
            let mut copy = program.clone();
            for Input { buffer, .. } in &mut copy.inputs {
                *buffer = Self::moved(self.device, buffer, self.host)?;
            }
            let results = outputs.iter().map(|out| self.host.allocate(out.0.len())).collect::<Result<Vec<_>>>()?;
            self.host.run(&copy, &results)?;
            outputs.iter().zip(&results).try_for_each(|(out, result)| self.set(out, result))
        })
    }

    fn runs_together(&self) -> bool {
        self.device.runs_together()
    }

    fn run_together(&self, runs: &[&Run]) -> Result<()> {
        self.or(self.device.run_together(runs), || runs.iter().try_for_each(|run| self.run(&run.program, &run.outputs)))
    }

    fn defers_small(&self) -> bool {
        self.device.defers_small()
    }

    fn immediate(&self, op: Op, dtype: DType, operands: &[Immediate<'_>], numel: usize) -> Option<Result<Buffer>> {
        self.device.immediate(op, dtype, operands, numel)
    }

    fn any_zero(&self, operand: &Operand) -> Result<bool> {
        self.or(self.device.any_zero(operand), || self.host.any_zero(&self.to_host(operand)?))
    }

    fn require_probabilities(&self, are: &Operand) -> Result<()> {
        self.device.require_probabilities(are)
    }

    fn write(&self, source: &Operand, target: &Operand) -> Result<()> {
        self.or(self.device.write(source, target), || {
            let source = self.to_host(source)?;
            self.change(target, |target| self.host.write(&source, target))
        })
    }

    fn reduce(&self, kind: Reduction, input: &Operand, axes: usize) -> Result<Buffer> {
        self.or(self.device.reduce(kind, input, axes), || {
            self.to_device(&self.host.reduce(kind, &self.to_host(input)?, axes)?)
        })
    }

    fn scan(&self, kind: Scan, input: &Operand) -> Result<(Buffer, Option<Buffer>)> {
        self.or(self.device.scan(kind, input), || {
            let (values, places) = self.host.scan(kind, &self.to_host(input)?)?;
            Ok((self.to_device(&values)?, places.map(|places| self.to_device(&places)).transpose()?))
        })
    }

    fn sort(&self, input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
        self.or(self.device.sort(input, descending), || self.pair(self.host.sort(&self.to_host(input)?, descending)?))
    }

    fn sort_unstably(&self, input: &Operand, descending: bool) -> Result<(Buffer, Buffer)> {
        self.or(self.device.sort_unstably(input, descending), || {
            self.pair(self.host.sort_unstably(&self.to_host(input)?, descending)?)
        })
    }

    fn kth(&self, input: &Operand, k: usize) -> Result<Buffer> {
        self.or(self.device.kth(input, k), || self.to_device(&self.host.kth(&self.to_host(input)?, k)?))
    }

    fn topk(&self, input: &Operand, k: usize, largest: bool) -> Result<(Buffer, Buffer)> {
        self.or(self.device.topk(input, k, largest), || self.pair(self.host.topk(&self.to_host(input)?, k, largest)?))
    }

    fn matmul(&self, a: &Operand, b: &Operand) -> Result<Buffer> {
        self.or(self.device.matmul(a, b), || self.to_device(&self.host.matmul(&self.to_host(a)?, &self.to_host(b)?)?))
    }

    fn gather(&self, input: &Operand, axis: usize, index: &Operand) -> Result<Buffer> {
        self.or(self.device.gather(input, axis, index), || {
            self.to_device(&self.host.gather(&self.to_host(input)?, axis, &self.to_host(index)?)?)
        })
    }

    fn scatter(&self, target: &Operand, axis: usize, index: &Operand, source: &Operand, how: Combine) -> Result<()> {
        self.or(self.device.scatter(target, axis, index, source, how), || {
            let (index, source) = (self.to_host(index)?, self.to_host(source)?);
            self.change(target, |target| self.host.scatter(target, axis, &index, &source, how))
        })
    }

    fn index(&self, input: &Operand, indices: &[Operand], wrap: bool) -> Result<Buffer> {
        self.or(self.device.index(input, indices, wrap), || {
            self.to_device(&self.host.index(&self.to_host(input)?, &self.all_to_host(indices)?, wrap)?)
        })
    }

    fn index_put(&self, target: &Operand, indices: &[Operand], source: &Operand, how: Put) -> Result<()> {
        self.or(self.device.index_put(target, indices, source, how), || {
            let (indices, source) = (self.all_to_host(indices)?, self.to_host(source)?);
            self.change(target, |target| self.host.index_put(target, &indices, &source, how))
        })
    }

    fn nonzero(&self, input: &Operand) -> Result<(Buffer, usize)> {
        self.or(self.device.nonzero(input), || {
            let (places, count) = self.host.nonzero(&self.to_host(input)?)?;
            Ok((self.to_device(&places)?, count))
        })
    }

    fn range(&self, range: &Range) -> Result<Buffer> {
        self.device.range(range)
    }

    fn random(&self, draw: &Draw) -> Result<Buffer> {
        self.device.random(draw)
    }

    fn has_fast(&self, op: &Fast, dtype: DType) -> bool {
        self.device.has_fast(op, dtype)
    }

    fn fast(&self, op: &Fast, inputs: &[Option<Operand>], outputs: &[Operand]) -> Result<()> {
        self.device.fast(op, inputs, outputs)
    }
}
