//! Compiled kernels, found by their source text. Binding 0 is kept for parameters in memory; the buffers follow from 1.
#![allow(unsafe_code)]

use crate::cache::Cache;
use crate::context::{Context, lock, wait};
use crate::kernel::{Signature, require};
use crate::parameters::Placement;
use crate::prelude::words;
use foldhash::HashMap;
use pyrite_core::{DType, Error, Result};
use std::sync::{Arc, Mutex};
use wgpu::{BufferBindingType, ShaderStages};

/// Threads of one workgroup: the most that every device takes.
pub const WORKGROUP: usize = 256;

/// How a kernel uses a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    Read,
    Write,
}

/// What a kernel is compiled from.
pub struct Source<'a> {
    pub label: &'static str,
    pub text: &'a str,
    pub accesses: &'a [Access],
    pub placement: Placement,
    /// Bytes of parameters.
    pub parameters: usize,
}

/// A kernel that is ready to run.
pub struct Pipeline {
    pub compute: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
    pub placement: Placement,
}

/// The kernels that a device has compiled.
#[derive(Default)]
pub struct Pipelines {
    compiled: Mutex<HashMap<String, Arc<Pipeline>>>,
    /// Those of programs, by what their texts would be printed from.
    programs: Mutex<HashMap<Vec<u8>, Arc<Pipeline>>>,
    kernels: Mutex<HashMap<Signature, Arc<Pipeline>>>,
}

impl Pipelines {
    /// The kernel of this text.
    pub fn get(&self, context: &Context, source: &Source<'_>) -> Result<Arc<Pipeline>> {
        let mut compiled = lock(&self.compiled);
        if let Some(pipeline) = compiled.get(source.text) {
            return Ok(pipeline.clone());
        }
        for (compute, dtype) in [("c128", DType::C128), ("f64", DType::F64)] {
            if words(source.text).any(|word| word == compute) {
                require(context, source.label, dtype)?;
            }
        }
        let cache = context.cache.as_ref();
        let pipeline = Arc::new(compile(&context.device, source, cache.map(Cache::pipelines))?);
        compiled.insert(source.text.to_owned(), pipeline.clone());
        cache.inspect(|cache| cache.count());
        Ok(pipeline)
    }

    /// The kernel of this signature.
    pub fn known(&self, signature: &Signature) -> Option<Arc<Pipeline>> {
        lock(&self.kernels).get(signature).cloned()
    }

    pub fn keep(&self, signature: Signature, pipeline: Arc<Pipeline>) {
        lock(&self.kernels).insert(signature, pipeline);
    }

    /// The kernel of programs of this structure.
    pub fn of_program(&self, structure: &[u8]) -> Option<Arc<Pipeline>> {
        lock(&self.programs).get(structure).cloned()
    }

    pub fn keep_program(&self, structure: Vec<u8>, pipeline: Arc<Pipeline>) {
        lock(&self.programs).insert(structure, pipeline);
    }

    /// What has been compiled.
    #[cfg(test)]
    pub fn texts(&self) -> Vec<String> {
        lock(&self.compiled).keys().cloned().collect()
    }

    pub fn len(&self) -> usize {
        lock(&self.compiled).len()
    }
}

fn entry(binding: usize, ty: BufferBindingType, has_dynamic_offset: bool) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding: binding as u32,
        visibility: ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset, min_binding_size: None },
        count: None,
    }
}

fn compile(device: &wgpu::Device, source: &Source<'_>, cache: Option<&wgpu::PipelineCache>) -> Result<Pipeline> {
    let Source { label, text, accesses, placement, parameters } = *source;
    let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let in_memory = placement == Placement::Uniform && parameters > 0;
    let mut entries: Vec<_> = in_memory.then(|| entry(0, BufferBindingType::Uniform, true)).into_iter().collect();
    entries.extend(
        accesses
            .iter()
            .enumerate()
            .map(|(i, access)| entry(i + 1, BufferBindingType::Storage { read_only: *access == Access::Read }, false)),
    );
    let label = Some(label);
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label,
        bind_group_layouts: &[Some(&layout)],
        immediate_size: if placement == Placement::Immediate { parameters as u32 } else { 0 },
    });
    let compute = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label,
        layout: Some(&pipeline_layout),
        module: &module(device, text),
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions {
            zero_initialize_workgroup_memory: false,
            ..Default::default()
        },
        cache,
    });
    match wait(scope.pop()) {
        None => Ok(Pipeline { compute, layout, placement }),
        Some(error) => Err(Error::Invalid(format!("gpu: a kernel was refused: {error}\n{text}"))),
    }
}

/// Debug builds keep the checks of bounds and loops that wgpu adds; they cost up to a hundredfold.
fn module(device: &wgpu::Device, text: &str) -> wgpu::ShaderModule {
    let descriptor = wgpu::ShaderModuleDescriptor { label: None, source: wgpu::ShaderSource::Wgsl(text.into()) };
    if cfg!(debug_assertions) {
        return device.create_shader_module(descriptor);
    }
    // SAFETY: kernels index within the bounds that core has checked layouts against, and their loops end.
    unsafe { device.create_shader_module_trusted(descriptor, wgpu::ShaderRuntimeChecks::unchecked()) }
}
