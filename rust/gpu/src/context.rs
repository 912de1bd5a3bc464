//! A device of this machine with all that belongs to it: its memory, its kernels, and the commands on their way to it.

use crate::adapter;
use crate::cache::{self, Cache};
use crate::elements::Long;
use crate::fault;
use crate::matmul::capability::{Cooperative, Matrices};
use crate::memory::VECTOR;
use crate::parameters::Placement;
use crate::pipelines::Pipelines;
use crate::pool::{Pool, size_class};
use crate::recorder::{Command, Recorder};
use pyrite_core::{Buffer, Error, Result};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};
use wgpu::BufferUsages;

/// What tensors do with their memory.
const USAGE: BufferUsages = BufferUsages::STORAGE.union(BufferUsages::COPY_SRC).union(BufferUsages::COPY_DST);
/// Uploads of at most this many bytes travel with the parameters, larger ones in memory of their own.
const SMALL_UPLOAD: usize = 64 << 10;

pub struct Context {
    pub device: wgpu::Device,
    pub adapter: wgpu::AdapterInfo,
    pub pipelines: Pipelines,
    pub pool: Arc<Pool>,
    /// Bytes that a kernel can see of one buffer.
    pub window: usize,
    /// Where compiled kernels are kept between processes.
    pub cache: Option<Cache>,
    pub cooperative: Cooperative,
    queue: wgpu::Queue,
    recorder: Mutex<Recorder>,
    /// Where kernels report what is wrong with their data; see `fault.rs`.
    faults: wgpu::Buffer,
    may_have_faults: AtomicBool,
    dispatches: AtomicUsize,
    submits: AtomicUsize,
    state: Arc<State>,
    process: u32,
}

/// What the device has told by callback.
#[derive(Default)]
struct State {
    has_news: AtomicBool,
    error: Mutex<Option<String>>,
    lost: Mutex<Option<String>>,
}

/// Runs a future of wgpu's, which on native devices is ready at once.
pub fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut task = std::task::Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut task) {
            return output;
        }
        std::thread::yield_now();
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Context {
    /// Opens the best adapter.
    pub fn open() -> Result<Context> {
        Context::on(adapter::best()?)
    }

    /// Opens a device of this adapter.
    pub fn on(adapter: wgpu::Adapter) -> Result<Context> {
        let matrices = Matrices::of(&adapter);
        Context::with(adapter, matrices)
    }

    /// Opens a device that is to have these cooperative matrices.
    pub fn with(adapter: wgpu::Adapter, matrices: Option<Matrices>) -> Result<Context> {
        let (adapter, device, queue) = adapter::open(adapter, matrices.is_some())?;
        let state = Arc::new(State::default());
        let (errors, losses) = (state.clone(), state.clone());
        device.on_uncaptured_error(Arc::new(move |error| {
            lock(&errors.error).get_or_insert(error.to_string());
            errors.has_news.store(true, Ordering::Release);
        }));
        device.set_device_lost_callback(move |reason, text| {
            lock(&losses.lost).get_or_insert(format!("{reason:?}: {text}"));
            losses.has_news.store(true, Ordering::Release);
        });
        let faults = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("faults"),
            size: fault::BYTES as u64,
            usage: USAGE,
            mapped_at_creation: false,
        });
        let pool = Arc::<Pool>::default();
        pool.set_limit(adapter::memory_limit(&adapter));
        Ok(Context {
            recorder: Mutex::new(Recorder::new(&device)),
            window: adapter::window(&device),
            cache: cache::path(&adapter).and_then(|path| Cache::open(&device, path)),
            device,
            adapter,
            pipelines: Pipelines::default(),
            pool,
            queue,
            faults,
            cooperative: Cooperative::new(matrices),
            may_have_faults: AtomicBool::new(false),
            dispatches: AtomicUsize::new(0),
            submits: AtomicUsize::new(0),
            state,
            process: std::process::id(),
        })
    }

    pub fn has(&self, features: wgpu::Features) -> bool {
        self.device.features().contains(features)
    }

    /// What kernels compute int64 in.
    pub fn long(&self) -> Long {
        if self.has(wgpu::Features::SHADER_INT64) { Long::Native } else { Long::Pair }
    }

    /// Bytes that one tensor can have.
    pub fn capacity(&self) -> usize {
        self.device.limits().max_buffer_size as usize / VECTOR * VECTOR
    }

    /// Tensors that one kernel can work on; a further buffer may hold its parameters.
    pub fn most_buffers(&self) -> usize {
        let limits = self.device.limits();
        let all = limits.max_buffers_and_acceleration_structures_per_shader_stage;
        limits.max_storage_buffers_per_shader_stage.min(all.saturating_sub(1)) as usize
    }

    /// Kernels started so far.
    pub fn dispatches(&self) -> usize {
        self.dispatches.load(Ordering::Relaxed)
    }

    /// Batches of commands handed to the device so far.
    pub fn submits(&self) -> usize {
        self.submits.load(Ordering::Relaxed)
    }

    /// How a kernel is given this many bytes of parameters.
    pub fn placement(&self, bytes: usize) -> Placement {
        let fits = bytes <= self.device.limits().max_immediate_size as usize;
        if fits { Placement::Immediate } else { Placement::Uniform }
    }

    /// The buffer of fault reports, for a kernel that may write one.
    pub fn faults(&self) -> &wgpu::Buffer {
        self.may_have_faults.store(true, Ordering::Release);
        &self.faults
    }

    /// A buffer of the pool. Where there is no room, what the pool holds is given back, and it is tried again once.
    pub fn pooled(&self, bytes: usize) -> Result<wgpu::Buffer> {
        self.check()?;
        let class = size_class(bytes, self.capacity());
        if let Some(buffer) = self.pool.take(class) {
            return Ok(buffer);
        }
        if let Some(buffer) = self.try_buffer(class)? {
            return Ok(buffer);
        }
        self.trim()?;
        self.try_buffer(class)?.ok_or_else(|| self.out_of_memory(bytes))
    }

    fn try_buffer(&self, class: usize) -> Result<Option<wgpu::Buffer>> {
        if !self.pool.has_room(class) {
            return Ok(None);
        }
        let buffer = self.buffer(class, USAGE, false)?;
        if buffer.is_some() {
            self.pool.add(class);
        }
        Ok(buffer)
    }

    /// A new buffer, or None where the device has no memory for it.
    fn buffer(&self, size: usize, usage: BufferUsages, mapped: bool) -> Result<Option<wgpu::Buffer>> {
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: size as u64,
            usage,
            mapped_at_creation: mapped,
        });
        let has_failed = wait(scope.pop()).is_some();
        self.check()?;
        Ok((!has_failed).then_some(buffer))
    }

    /// Memory that the host can map, `mapped` from the start or later for reading.
    fn staging(&self, bytes: usize, usage: BufferUsages, mapped: bool) -> Result<wgpu::Buffer> {
        let size = bytes.next_multiple_of(4);
        if let Some(buffer) = self.buffer(size, usage, mapped)? {
            return Ok(buffer);
        }
        self.trim()?;
        self.buffer(size, usage, mapped)?.ok_or_else(|| self.out_of_memory(bytes))
    }

    fn out_of_memory(&self, bytes: usize) -> Error {
        let (stats, name) = (self.pool.stats(), &self.adapter.name);
        let limit = self.pool.limit().map_or(String::new(), |limit| format!(", of {limit} allowed"));
        Error::DeviceOutOfMemory(format!(
            "CUDA out of memory. Tried to allocate {bytes} bytes on {name}: tensors hold {} bytes, {} are reserved{limit}. \
             Drop tensors that are no longer needed, or use smaller batches.",
            stats.allocated, stats.reserved
        ))
    }

    /// Gives unused memory back to the device, once it has done what was recorded.
    pub fn trim(&self) -> Result<()> {
        self.finish()?;
        lock(&self.recorder).forget_bindings();
        self.pool.trim();
        self.poll(wgpu::PollType::Poll)
    }

    /// Records one run of a kernel.
    pub fn dispatch(&self, command: &Command<'_>) -> Result<()> {
        self.check()?;
        lock(&self.recorder).dispatch(self, command)?;
        self.dispatches.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Sets a buffer to zero, in the order of commands.
    pub fn clear(&self, buffer: &Buffer) -> Result<()> {
        let buffer = crate::memory::device_buffer(buffer)?;
        self.check()?;
        lock(&self.recorder).encode(self, |encoder| encoder.clear_buffer(buffer, 0, None))
    }

    /// Copies the first bytes of a buffer to another, to whole words, in the order of commands.
    pub fn copy(&self, from: &wgpu::Buffer, to: &wgpu::Buffer, bytes: usize) -> Result<()> {
        self.check()?;
        let size = bytes.next_multiple_of(4) as u64;
        lock(&self.recorder).encode(self, |encoder| encoder.copy_buffer_to_buffer(from, 0, to, 0, size))
    }

    /// Copies host memory to the start of a buffer, in the order of commands.
    pub fn write(&self, to: &wgpu::Buffer, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.check()?;
        if bytes.len() <= SMALL_UPLOAD {
            return lock(&self.recorder).upload(self, to, bytes);
        }
        let staging = self.staging(bytes.len(), BufferUsages::COPY_SRC | BufferUsages::MAP_WRITE, true)?;
        let refused = |e| Error::Invalid(format!("gpu: cannot write to new memory: {e}"));
        staging.get_mapped_range_mut(..).map_err(refused)?.slice(..bytes.len()).copy_from_slice(bytes);
        staging.unmap();
        let size = staging.size();
        lock(&self.recorder).encode(self, |encoder| encoder.copy_buffer_to_buffer(&staging, 0, to, 0, size))
    }

    /// Copies bytes from `start` on to the host, after all that was recorded before. What kernels reported comes with them and
    /// is raised.
    pub fn read(&self, buffer: &wgpu::Buffer, start: usize, out: &mut [u8]) -> Result<()> {
        self.check()?;
        let from = start / 4 * 4;
        let size = if out.is_empty() { 0 } else { (start + out.len()).next_multiple_of(4) - from };
        let may_have_faults = self.may_have_faults.swap(false, Ordering::AcqRel);
        let total = size + if may_have_faults { fault::BYTES } else { 0 };
        if total == 0 {
            return Ok(());
        }
        let known = lock(&self.recorder).take_staging(total);
        let staging = match known {
            Some(staging) => staging,
            None => self.staging(total.max(4096), BufferUsages::MAP_READ | BufferUsages::COPY_DST, false)?,
        };
        let index = {
            let mut recorder = lock(&self.recorder);
            recorder.encode(self, |encoder| {
                if size > 0 {
                    encoder.copy_buffer_to_buffer(buffer, from as u64, &staging, 0, size as u64);
                }
                if may_have_faults {
                    encoder.copy_buffer_to_buffer(&self.faults, 0, &staging, size as u64, fault::BYTES as u64);
                    encoder.clear_buffer(&self.faults, 0, None);
                }
            })?;
            recorder.submit(self)?
        };
        let is_mapped = Arc::new(AtomicBool::new(false));
        let done = is_mapped.clone();
        staging.map_async(wgpu::MapMode::Read, ..total as u64, move |_| done.store(true, Ordering::Release));
        self.wait_for(index, || is_mapped.load(Ordering::Acquire))?;
        let refused = |e| Error::Invalid(format!("gpu: cannot read back: {e}"));
        let mapped = staging.get_mapped_range(..total as u64).map_err(refused)?;
        out.copy_from_slice(&mapped[start - from..][..out.len()]);
        let report = if may_have_faults { fault::raise(&mapped[size..]) } else { Ok(()) };
        drop(mapped);
        staging.unmap();
        lock(&self.recorder).keep_staging(staging);
        report
    }

    /// Waits until the device has done all that was recorded, and raises what its kernels reported.
    pub fn synchronize(&self) -> Result<()> {
        match self.may_have_faults.load(Ordering::Acquire) {
            true => self.read(&self.faults, 0, &mut []),
            false => self.check().and_then(|()| self.finish()),
        }
    }

    fn finish(&self) -> Result<()> {
        let index = lock(&self.recorder).submit(self)?;
        self.wait_for(index, || false)
    }

    /// Polls for a moment, because most results come soon and a sleep takes long, then waits.
    fn wait_for(&self, index: Option<wgpu::SubmissionIndex>, is_done: impl Fn() -> bool) -> Result<()> {
        let start = std::time::Instant::now();
        while !is_done() && start.elapsed().as_micros() < 50 {
            self.poll(wgpu::PollType::Poll)?;
        }
        if !is_done() {
            self.poll(wgpu::PollType::Wait { submission_index: index, timeout: None })?;
        }
        self.check()
    }

    pub fn submit(&self, encoder: wgpu::CommandEncoder) -> Result<wgpu::SubmissionIndex> {
        let commands = encoder.finish();
        self.check()?;
        self.submits.fetch_add(1, Ordering::Relaxed);
        let index = self.queue.submit([commands]);
        self.check().map(|()| index)
    }

    /// Writes to a buffer before the next submission, after all earlier ones.
    pub fn write_before_submit(&self, buffer: &wgpu::Buffer, bytes: &[u8]) {
        self.queue.write_buffer(buffer, 0, bytes);
    }

    pub fn poll(&self, how: wgpu::PollType) -> Result<()> {
        let polled = self.device.poll(how).map(drop);
        self.check()?;
        polled.map_err(|e| Error::Invalid(format!("gpu: {e}")))
    }

    /// Writes down the kernels that were compiled, for the next process.
    pub fn keep_kernels(&self) {
        if let (Some(cache), Ok(())) = (&self.cache, self.check()) {
            cache.save();
        }
    }

    /// Gives the device up: everything that needs it from now on is refused.
    pub fn close(&self) {
        self.device.destroy();
        lock(&self.state.lost).get_or_insert("it was closed".into());
        self.state.has_news.store(true, Ordering::Release);
    }

    /// Refuses a device that was lost or belongs to a parent process, and raises what it has complained about.
    fn check(&self) -> Result<()> {
        if std::process::id() != self.process {
            return Err(Error::Invalid(
                "Cannot re-initialize CUDA in forked subprocess: the GPU was in use before the fork. To use it in both, start \
                 subprocesses with the 'spawn' method."
                    .into(),
            ));
        }
        if !self.state.has_news.load(Ordering::Acquire) {
            return Ok(());
        }
        if let Some(reason) = &*lock(&self.state.lost) {
            let name = &self.adapter.name;
            return Err(Error::Invalid(format!(
                "gpu: {name} was lost ({reason}), and its tensors with it; the CPU still works, and a new process can use \
                 the GPU again"
            )));
        }
        self.state.has_news.store(false, Ordering::Release);
        match lock(&self.state.error).take() {
            None => Ok(()),
            Some(text) => Err(Error::Invalid(format!("gpu: {text}"))),
        }
    }
}
