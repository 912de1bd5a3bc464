//! Commands that are recorded but not yet submitted. They run in the order of recording.

use crate::context::Context;
use crate::memory::Bound;
use crate::parameters::Placement;
use crate::pipelines::Pipeline;
use foldhash::HashMap;
use pyrite_core::Result;
use std::collections::VecDeque;
use std::sync::Arc;
use wgpu::BufferUsages;

/// Commands that are submitted together.
const BATCH: usize = 128;
/// Submissions that may wait for the device.
const IN_FLIGHT: usize = 3;
/// Bytes of parameters and small uploads in one batch.
const PAGE: usize = 1 << 20;
/// Bind groups that are kept.
const BINDINGS: usize = 4096;
/// Read-back memory of at most this many bytes is kept.
const STAGING: usize = 4 << 20;

/// One run of a kernel.
pub struct Command<'a> {
    pub pipeline: &'a Arc<Pipeline>,
    /// As many bytes as the pipeline takes.
    pub parameters: &'a [u8],
    pub buffers: &'a [Bound],
    pub grid: [u32; 3],
}

type BindingKey = (wgpu::BindGroupLayout, Vec<Bound>);

pub struct Recorder {
    encoder: Option<wgpu::CommandEncoder>,
    pass: Option<wgpu::ComputePass<'static>>,
    commands: usize,
    /// Parameters and small uploads of this batch, written to the device just before it is submitted.
    page: wgpu::Buffer,
    content: Vec<u8>,
    alignment: usize,
    bindings: HashMap<BindingKey, wgpu::BindGroup>,
    staging: Option<wgpu::Buffer>,
    in_flight: VecDeque<wgpu::SubmissionIndex>,
    last: Option<wgpu::SubmissionIndex>,
}

impl Recorder {
    pub fn new(device: &wgpu::Device) -> Recorder {
        let page = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("page"),
            size: PAGE as u64,
            usage: BufferUsages::UNIFORM | BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Recorder {
            encoder: None,
            pass: None,
            commands: 0,
            page,
            content: Vec::new(),
            alignment: device.limits().min_uniform_buffer_offset_alignment as usize,
            bindings: HashMap::default(),
            staging: None,
            in_flight: VecDeque::new(),
            last: None,
        }
    }

    pub fn dispatch(&mut self, context: &Context, command: &Command<'_>) -> Result<()> {
        let pipeline = command.pipeline;
        let is_uniform = pipeline.placement == Placement::Uniform && !command.parameters.is_empty();
        let offset = if is_uniform { Some(self.page(context, command.parameters)? as u32) } else { None };
        let group = self.binding(context, command);
        let encoder = self.encoder.get_or_insert_with(|| context.device.create_command_encoder(&Default::default()));
        let pass = self.pass.get_or_insert_with(|| encoder.begin_compute_pass(&Default::default()).forget_lifetime());
        pass.set_pipeline(&pipeline.compute);
        pass.set_bind_group(0, &group, offset.as_slice());
        if pipeline.placement == Placement::Immediate && !command.parameters.is_empty() {
            pass.set_immediates(0, command.parameters);
        }
        let [x, y, z] = command.grid;
        pass.dispatch_workgroups(x, y, z);
        self.count(context)
    }

    /// Records a command that is no kernel.
    pub fn encode(&mut self, context: &Context, command: impl FnOnce(&mut wgpu::CommandEncoder)) -> Result<()> {
        self.pass = None;
        command(self.encoder.get_or_insert_with(|| context.device.create_command_encoder(&Default::default())));
        self.count(context)
    }

    /// Copies a few bytes to the start of a buffer.
    pub fn upload(&mut self, context: &Context, to: &wgpu::Buffer, bytes: &[u8]) -> Result<()> {
        let at = self.page(context, bytes)?;
        let page = self.page.clone();
        let size = bytes.len().next_multiple_of(4) as u64;
        self.encode(context, |encoder| encoder.copy_buffer_to_buffer(&page, at as u64, to, 0, size))
    }

    /// Puts bytes on the page; where they are.
    fn page(&mut self, context: &Context, bytes: &[u8]) -> Result<usize> {
        let end = self.content.len().next_multiple_of(self.alignment) + bytes.len().next_multiple_of(4);
        if end > PAGE {
            self.submit(context)?;
        }
        let at = self.content.len().next_multiple_of(self.alignment);
        self.content.resize(at, 0);
        self.content.extend_from_slice(bytes);
        self.content.resize(self.content.len().next_multiple_of(4), 0);
        Ok(at)
    }

    fn binding(&mut self, context: &Context, command: &Command<'_>) -> wgpu::BindGroup {
        let layout = &command.pipeline.layout;
        let key = (layout.clone(), command.buffers.to_vec());
        if let Some(group) = self.bindings.get(&key) {
            return group.clone();
        }
        let is_uniform = command.pipeline.placement == Placement::Uniform && !command.parameters.is_empty();
        let parameters = wgpu::BufferBinding {
            buffer: &self.page,
            offset: 0,
            size: std::num::NonZeroU64::new(command.parameters.len() as u64),
        };
        let mut entries = Vec::with_capacity(command.buffers.len() + 1);
        if is_uniform {
            entries.push(wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(parameters) });
        }
        entries.extend(command.buffers.iter().enumerate().map(|(i, Bound { buffer, offset, size })| {
            wgpu::BindGroupEntry {
                binding: i as u32 + 1,
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset: *offset, size: *size }),
            }
        }));
        let descriptor = wgpu::BindGroupDescriptor { label: None, layout, entries: &entries };
        let group = context.device.create_bind_group(&descriptor);
        if self.bindings.len() >= BINDINGS {
            self.bindings.clear();
        }
        self.bindings.insert(key, group.clone());
        group
    }

    fn count(&mut self, context: &Context) -> Result<()> {
        self.commands += 1;
        if self.commands >= BATCH { self.submit(context).map(drop) } else { Ok(()) }
    }

    /// Hands what was recorded to the device; the last submission there was.
    pub fn submit(&mut self, context: &Context) -> Result<Option<wgpu::SubmissionIndex>> {
        self.pass = None;
        let Some(encoder) = self.encoder.take() else { return Ok(self.last.clone()) };
        self.commands = 0;
        if !self.content.is_empty() {
            context.write_before_submit(&self.page, &self.content);
            self.content.clear();
        }
        let index = context.submit(encoder)?;
        self.last = Some(index.clone());
        self.in_flight.push_back(index);
        if self.in_flight.len() > IN_FLIGHT {
            let submission_index = self.in_flight.pop_front();
            context.poll(wgpu::PollType::Wait { submission_index, timeout: None })?;
        }
        Ok(self.last.clone())
    }

    /// Lets go of the buffers that bind groups keep alive.
    pub fn forget_bindings(&mut self) {
        self.bindings.clear();
        self.staging = None;
    }

    /// Memory for a read-back of `bytes`, if some is kept.
    pub fn take_staging(&mut self, bytes: usize) -> Option<wgpu::Buffer> {
        self.staging.take_if(|staging| staging.size() >= bytes as u64)
    }

    pub fn keep_staging(&mut self, staging: wgpu::Buffer) {
        if staging.size() <= STAGING as u64 {
            self.staging = Some(staging);
        }
    }
}
