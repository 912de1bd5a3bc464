//! The device, its queue, and the commands that are recorded but not yet submitted. Commands run in the order of recording.

use crate::pipelines::Kernel;
use pyrite_core::{Error, Result};
use std::collections::VecDeque;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};
use wgpu::util::DeviceExt;
use wgpu::{BufferUsages, DeviceType};

/// Commands that are submitted together.
const BATCH: usize = 64;
/// Submissions that may wait for the device.
const IN_FLIGHT: usize = 3;
/// Workgroups along one axis of a grid: what every device takes.
const GRID: usize = 65_535;

/// A device of this machine.
pub struct Context {
    pub device: wgpu::Device,
    pub adapter: wgpu::AdapterInfo,
    queue: wgpu::Queue,
    recorder: Mutex<Recorder>,
    dispatches: AtomicUsize,
    failure: Arc<Mutex<Option<String>>>,
}

#[derive(Default)]
struct Recorder {
    encoder: Option<wgpu::CommandEncoder>,
    commands: usize,
    in_flight: VecDeque<wgpu::SubmissionIndex>,
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The best adapter. A software one (Mesa's lavapipe) counts only with `PYRITE_GPU_SOFTWARE=1`.
fn adapter() -> Result<wgpu::Adapter> {
    let software = std::env::var("PYRITE_GPU_SOFTWARE").is_ok_and(|v| v == "1");
    let rank = |adapter: &wgpu::Adapter| match adapter.get_info().device_type {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    };
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let adapters = wait(instance.enumerate_adapters(wgpu::Backends::all()));
    adapters.into_iter().filter(|a| software || rank(a) < 4).min_by_key(rank).ok_or_else(|| {
        Error::Invalid(
            "gpu: no adapter found. On Linux the Vulkan loader (libvulkan1) and the driver's ICD file must be installed; in a \
             container NVIDIA_DRIVER_CAPABILITIES must include graphics. PYRITE_GPU_SOFTWARE=1 accepts a software adapter."
                .into(),
        )
    })
}

impl Context {
    /// Opens the best adapter with WebGPU's default limits, so that kernels run everywhere, except for the size of buffers.
    pub fn open() -> Result<Context> {
        let adapter = adapter()?;
        let limits = adapter.limits();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("pyrite"),
            required_limits: wgpu::Limits {
                max_buffer_size: limits.max_buffer_size,
                max_storage_buffer_binding_size: limits.max_storage_buffer_binding_size,
                ..wgpu::Limits::default()
            },
            ..Default::default()
        };
        let (device, queue) = wait(adapter.request_device(&descriptor))
            .map_err(|e| Error::Invalid(format!("gpu: cannot open {}: {e}", adapter.get_info().name)))?;
        let failure = Arc::new(Mutex::new(None));
        let first = failure.clone();
        device.on_uncaptured_error(Arc::new(move |error| {
            lock(&first).get_or_insert(error.to_string());
        }));
        Ok(Context {
            device,
            adapter: adapter.get_info(),
            queue,
            recorder: Mutex::default(),
            dispatches: AtomicUsize::new(0),
            failure,
        })
    }

    /// Bytes that a kernel can see of one buffer.
    pub fn capacity(&self) -> usize {
        let limits = self.device.limits();
        limits.max_buffer_size.min(limits.max_storage_buffer_binding_size) as usize / 4 * 4
    }

    /// Kernels started so far.
    pub fn dispatches(&self) -> usize {
        self.dispatches.load(Ordering::Relaxed)
    }

    /// A buffer of at least `bytes`, a multiple of 4 and not empty, as bindings and copies must be.
    pub fn buffer(&self, bytes: usize, usage: BufferUsages, mapped: bool) -> Result<wgpu::Buffer> {
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let size = bytes.max(4).next_multiple_of(4) as u64;
        let descriptor = wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: mapped };
        let buffer = self.device.create_buffer(&descriptor);
        match wait(scope.pop()) {
            None => self.check().map(|()| buffer),
            Some(_) => Err(Error::Invalid(format!("gpu: {} has no {bytes} bytes left", self.adapter.name))),
        }
    }

    /// Records one run of a kernel over `groups` workgroups. `words` are its parameters, `buffers` its bindings in order.
    pub fn dispatch(&self, kernel: &Kernel, words: &[u32], buffers: &[&wgpu::Buffer], groups: usize) -> Result<()> {
        if groups == 0 {
            return Ok(());
        }
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let parameters = self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: None,
            contents: &bytes,
            usage: BufferUsages::UNIFORM,
        });
        let entries: Vec<_> = std::iter::once(&parameters)
            .chain(buffers.iter().copied())
            .enumerate()
            .map(|(i, buffer)| wgpu::BindGroupEntry { binding: i as u32, resource: buffer.as_entire_binding() })
            .collect();
        let layout = &kernel.layout;
        let group =
            self.device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout, entries: &entries });
        let x = groups.min(GRID);
        self.record(|encoder| {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(&kernel.pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(x as u32, groups.div_ceil(x) as u32, 1);
        })?;
        self.dispatches.fetch_add(1, Ordering::Relaxed);
        self.check()
    }

    /// Copies bytes from `start` on to the host, after all that was recorded before.
    pub fn read(&self, buffer: &wgpu::Buffer, start: usize, out: &mut [u8]) -> Result<()> {
        if out.is_empty() {
            return Ok(());
        }
        let from = start / 4 * 4;
        let size = (start + out.len()).next_multiple_of(4) - from;
        let staging = self.buffer(size, BufferUsages::MAP_READ | BufferUsages::COPY_DST, false)?;
        self.record(|encoder| encoder.copy_buffer_to_buffer(buffer, from as u64, &staging, 0, size as u64))?;
        self.submit(&mut lock(&self.recorder))?;
        staging.map_async(wgpu::MapMode::Read, .., |_| {});
        self.poll(wgpu::PollType::wait_indefinitely())?;
        self.check()?;
        let mapped = staging.get_mapped_range(..).map_err(|e| Error::Invalid(format!("gpu: cannot read back: {e}")))?;
        out.copy_from_slice(&mapped[start - from..][..out.len()]);
        Ok(())
    }

    fn record(&self, command: impl FnOnce(&mut wgpu::CommandEncoder)) -> Result<()> {
        let mut recorder = lock(&self.recorder);
        command(recorder.encoder.get_or_insert_with(|| self.device.create_command_encoder(&Default::default())));
        recorder.commands += 1;
        if recorder.commands >= BATCH { self.submit(&mut recorder) } else { Ok(()) }
    }

    fn submit(&self, recorder: &mut Recorder) -> Result<()> {
        let Some(encoder) = recorder.encoder.take() else { return Ok(()) };
        recorder.commands = 0;
        recorder.in_flight.push_back(self.queue.submit([encoder.finish()]));
        if recorder.in_flight.len() > IN_FLIGHT {
            self.poll(wgpu::PollType::Wait { submission_index: recorder.in_flight.pop_front(), timeout: None })?;
        }
        Ok(())
    }

    fn poll(&self, how: wgpu::PollType) -> Result<()> {
        self.device.poll(how).map(drop).map_err(|e| Error::Invalid(format!("gpu: {e}")))
    }

    /// Raises what the device has complained about since the last check.
    fn check(&self) -> Result<()> {
        match lock(&self.failure).take() {
            None => Ok(()),
            Some(text) => Err(Error::Invalid(format!("gpu: {text}"))),
        }
    }
}
