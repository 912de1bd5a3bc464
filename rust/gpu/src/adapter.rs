//! The choice of a device: which adapter, which of its features, and how much of its memory.

use crate::context::wait;
use pyrite_core::{Error, Result};
use wgpu::{DeviceType, Features, Limits};

/// The most buffers of one kernel that are asked for: programs that run side by side have many.
const MOST_BUFFERS: u32 = 64;
/// What kernels make use of where it is there.
const WANTED: Features = Features::SHADER_INT64.union(Features::SHADER_F64).union(Features::IMMEDIATES);

fn is_set(name: &str) -> bool {
    std::env::var(name).is_ok_and(|v| v == "1")
}

fn rank(adapter: &wgpu::Adapter) -> usize {
    match adapter.get_info().device_type {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    }
}

/// The best adapter. A software one (Mesa's lavapipe) counts only with `PYRITE_GPU_SOFTWARE=1`.
fn best() -> Result<wgpu::Adapter> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let adapters = wait(instance.enumerate_adapters(wgpu::Backends::all()));
    let has_software = adapters.iter().any(|adapter| rank(adapter) == 4);
    let accepts_software = is_set("PYRITE_GPU_SOFTWARE");
    let found = adapters.into_iter().filter(|a| accepts_software || rank(a) < 4).min_by_key(rank);
    found.ok_or_else(|| Error::Invalid(missing(has_software)))
}

/// What to look at where no adapter was found.
fn missing(has_software: bool) -> String {
    let mut text = String::from("no GPU was found. ");
    text.push_str(if cfg!(target_os = "linux") {
        "The Vulkan loader (libvulkan1) and the driver's Vulkan part (its ICD file in /usr/share/vulkan/icd.d or /etc/vulkan/icd.d) \
         must be installed, and this user must be allowed to open /dev/dri/renderD* or /dev/nvidia*; in a container \
         NVIDIA_DRIVER_CAPABILITIES must include graphics."
    } else {
        "It needs a driver for Metal, Direct3D 12 or Vulkan."
    });
    if has_software {
        text.push_str(" There is a software adapter, which PYRITE_GPU_SOFTWARE=1 accepts.");
    }
    text
}

/// WebGPU's default limits, so that kernels run everywhere, but buffers as large and as many as the adapter
/// has them.
/// `PYRITE_GPU_LIMITS=webgpu` leaves everything at the defaults.
fn required(adapter: &wgpu::Adapter) -> (Features, Limits) {
    if std::env::var("PYRITE_GPU_LIMITS").is_ok_and(|v| v == "webgpu") {
        return (Features::empty(), Limits::default());
    }
    let (features, has) = (adapter.features() & WANTED, adapter.limits());
    let limits = Limits {
        max_buffer_size: has.max_buffer_size,
        max_storage_buffer_binding_size: has.max_storage_buffer_binding_size,
        max_storage_buffers_per_shader_stage: has.max_storage_buffers_per_shader_stage.min(MOST_BUFFERS),
        max_immediate_size: if features.contains(Features::IMMEDIATES) { has.max_immediate_size.min(128) } else { 0 },
        ..Limits::default()
    };
    (features, limits)
}

/// Opens the best adapter.
pub fn open() -> Result<(wgpu::AdapterInfo, wgpu::Device, wgpu::Queue)> {
    let adapter = best()?;
    let (required_features, required_limits) = required(&adapter);
    let descriptor =
        wgpu::DeviceDescriptor { label: Some("pyrite"), required_features, required_limits, ..Default::default() };
    let info = adapter.get_info();
    let (device, queue) = wait(adapter.request_device(&descriptor))
        .map_err(|e| Error::Invalid(format!("cannot open {} ({:?}): {e}", info.name, info.backend)))?;
    Ok((info, device, queue))
}

/// How many bytes may be reserved: a software adapter shares the host's memory and would end the process where it runs out.
pub fn memory_limit(adapter: &wgpu::AdapterInfo) -> Option<usize> {
    if adapter.device_type != DeviceType::Cpu {
        return None;
    }
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
    let kibibytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes / 4 * 3 * 1024)
}
