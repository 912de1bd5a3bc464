//! What a device is: its name and driver, and what it has and can.
#![allow(unsafe_code)]

use crate::context::Context;
use pyrite_core::Result;

/// A device, for people and for reports.
pub struct Properties {
    pub name: String,
    /// The interface that it is reached through: `vulkan`, `metal`, `dx12`.
    pub backend: String,
    pub driver: String,
    pub driver_info: String,
    /// `DiscreteGpu`, `IntegratedGpu`, `Cpu` for a software adapter.
    pub kind: String,
    /// The PCI number of the maker and of the model.
    pub vendor: usize,
    pub model: usize,
    /// Bytes of memory, where the interface tells.
    pub memory: Option<usize>,
    pub limits: Vec<(&'static str, usize)>,
    /// Rows and columns of the matrices that the device multiplies by itself, `none`, or why they are not used.
    pub cooperative_matrices: String,
    /// What kernels may make use of.
    pub features: Vec<String>,
}

pub fn properties(context: &Context) -> Result<Properties> {
    let (adapter, limits) = (&context.adapter, context.device.limits());
    Ok(Properties {
        name: adapter.name.clone(),
        backend: adapter.backend.to_string(),
        driver: adapter.driver.clone(),
        driver_info: adapter.driver_info.clone(),
        kind: format!("{:?}", adapter.device_type),
        vendor: adapter.vendor as usize,
        model: adapter.device as usize,
        memory: memory(context),
        limits: vec![
            ("bytes_of_a_tensor", context.capacity()),
            ("threads_of_a_workgroup", limits.max_compute_invocations_per_workgroup as usize),
            ("bytes_of_workgroup_memory", limits.max_compute_workgroup_storage_size as usize),
            ("workgroups_of_an_axis", limits.max_compute_workgroups_per_dimension as usize),
            ("buffers_of_a_kernel", limits.max_storage_buffers_per_shader_stage as usize),
            ("bytes_of_immediates", limits.max_immediate_size as usize),
        ],
        cooperative_matrices: context.cooperative.standing(context)?,
        features: context.device.features().iter_names().map(|(name, _)| name.to_lowercase()).collect(),
    })
}

/// Bytes that tensors may take: of a software adapter those that pyrite allows, of a card those of its own memory.
pub fn memory(context: &Context) -> Option<usize> {
    context.pool.limit().or_else(|| local_memory(context))
}

#[cfg(not(target_vendor = "apple"))]
fn local_memory(context: &Context) -> Option<usize> {
    const DEVICE_LOCAL: u32 = 1;
    // SAFETY: the device is only asked for its handles, which live as long as it does, and nothing of it is destroyed.
    let device = unsafe { context.device.as_hal::<wgpu::hal::api::Vulkan>() }?;
    let instance = device.shared_instance().raw_instance();
    // SAFETY: the physical device is one of this instance's.
    let memory = unsafe { instance.get_physical_device_memory_properties(device.raw_physical_device()) };
    let heaps = &memory.memory_heaps[..memory.memory_heap_count as usize];
    let local = heaps.iter().filter(|heap| heap.flags.as_raw() & DEVICE_LOCAL != 0);
    local.map(|heap| heap.size as usize).max()
}

#[cfg(target_vendor = "apple")]
fn local_memory(_: &Context) -> Option<usize> {
    None
}
