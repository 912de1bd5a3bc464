//! Compiled kernels, found by their source text. Binding 0 holds the parameters, then come the buffers.
#![allow(unsafe_code)]

use crate::context::{Context, wait};
use pyrite_core::{Error, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use wgpu::{BufferBindingType, ShaderStages};

/// Elements, or lanes of a tile, that one workgroup works on: the most that every device takes.
pub const WORKGROUP: usize = 256;

/// How a kernel uses a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// A kernel that is ready to run.
pub struct Kernel {
    pub pipeline: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
}

/// The kernels that a device has compiled.
#[derive(Default)]
pub struct Pipelines {
    compiled: Mutex<HashMap<String, Arc<Kernel>>>,
}

impl Pipelines {
    /// The kernel of this text, whose buffers are used as `accesses` says.
    pub fn get(&self, context: &Context, source: &str, accesses: &[Access]) -> Result<Arc<Kernel>> {
        let mut compiled = self.compiled.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(kernel) = compiled.get(source) {
            return Ok(kernel.clone());
        }
        let kernel = Arc::new(compile(context, source, accesses)?);
        compiled.insert(source.to_owned(), kernel.clone());
        Ok(kernel)
    }

    pub fn len(&self) -> usize {
        self.compiled.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).len()
    }
}

fn compile(context: &Context, source: &str, accesses: &[Access]) -> Result<Kernel> {
    let device = &context.device;
    let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let kinds = accesses.iter().map(|access| BufferBindingType::Storage { read_only: *access == Access::Read });
    let entries: Vec<_> = std::iter::once(BufferBindingType::Uniform)
        .chain(kinds)
        .enumerate()
        .map(|(i, ty)| wgpu::BindGroupLayoutEntry {
            binding: i as u32,
            visibility: ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
            count: None,
        })
        .collect();
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries });
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: None,
        bind_group_layouts: &[Some(&layout)],
        immediate_size: 0,
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: Some(&pipeline_layout),
        module: &module(device, source),
        entry_point: Some("main"),
        compilation_options: Default::default(),
        cache: None,
    });
    match wait(scope.pop()) {
        None => Ok(Kernel { pipeline, layout }),
        Some(error) => Err(Error::Invalid(format!("gpu: a kernel was refused: {error}\n{source}"))),
    }
}

/// Debug builds keep the checks of bounds and loops that wgpu adds; they cost up to a hundredfold.
fn module(device: &wgpu::Device, source: &str) -> wgpu::ShaderModule {
    let descriptor = wgpu::ShaderModuleDescriptor { label: None, source: wgpu::ShaderSource::Wgsl(source.into()) };
    if cfg!(debug_assertions) {
        return device.create_shader_module(descriptor);
    }
    // SAFETY: kernels index within the bounds that core has checked layouts against, and their loops end.
    unsafe { device.create_shader_module_trusted(descriptor, wgpu::ShaderRuntimeChecks::unchecked()) }
}
