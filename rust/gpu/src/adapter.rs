//! The choice of a device: which adapter, which of its features, and how much of its memory.
#![allow(unsafe_code)]

use crate::context::wait;
use crate::matmul::capability;
use crate::memory::{ALIGNMENT, VECTOR};
use crate::missing;
use pyrite_core::{Error, Result};
use wgpu::{DeviceType, ExperimentalFeatures, Features, Limits};

/// The most buffers of one kernel that are asked for: programs that run side by side have many.
const MOST_BUFFERS: u32 = 64;
/// What kernels make use of where it is there.
const WANTED: Features =
    Features::SHADER_INT64.union(Features::SHADER_F64).union(Features::IMMEDIATES).union(Features::PIPELINE_CACHE);

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
pub fn best() -> Result<wgpu::Adapter> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let adapters = wait(instance.enumerate_adapters(wgpu::Backends::all()));
    let has_software = adapters.iter().any(|adapter| rank(adapter) == 4);
    let accepts_software = is_set("PYRITE_GPU_SOFTWARE");
    let found = adapters.into_iter().filter(|a| accepts_software || rank(a) < 4).min_by_key(rank);
    found.ok_or_else(|| Error::Invalid(missing::explanation(has_software)))
}

/// Whether the device is to have no more than WebGPU's defaults, by `PYRITE_GPU_LIMITS=webgpu`.
pub fn is_minimal() -> bool {
    limits_have("webgpu")
}

/// WebGPU's default limits, so that kernels run everywhere, but buffers as large and as many as the adapter
/// has them.
fn required(adapter: &wgpu::Adapter, has_matrices: bool) -> (Features, Limits) {
    if is_minimal() {
        return (Features::empty(), Limits::default());
    }
    let (mut features, has) = (adapter.features() & WANTED, adapter.limits());
    let mut limits = Limits {
        max_buffer_size: has.max_buffer_size,
        max_storage_buffer_binding_size: has.max_storage_buffer_binding_size,
        max_storage_buffers_per_shader_stage: has.max_storage_buffers_per_shader_stage.min(MOST_BUFFERS),
        max_buffers_and_acceleration_structures_per_shader_stage: has
            .max_buffers_and_acceleration_structures_per_shader_stage
            .min(MOST_BUFFERS + 1),
        max_immediate_size: if features.contains(Features::IMMEDIATES) { has.max_immediate_size.min(128) } else { 0 },
        ..Limits::default()
    };
    if has_matrices {
        features |= capability::FEATURES;
        limits.max_compute_workgroup_storage_size = capability::WORKGROUP_BYTES;
    }
    (features, limits)
}

/// Whether `PYRITE_GPU_LIMITS`, settings with commas between them, has this one.
fn limits_have(wanted: &str) -> bool {
    std::env::var("PYRITE_GPU_LIMITS").is_ok_and(|settings| settings.split(',').any(|setting| setting == wanted))
}

/// The bytes of `binding:1MiB`, if there is such a setting.
fn binding(settings: &str) -> Option<usize> {
    let size = settings.split(',').find_map(|setting| setting.strip_prefix("binding:"))?;
    let (digits, unit) = size.split_at(size.find(|c: char| !c.is_ascii_digit()).unwrap_or(size.len()));
    let unit = ["", "KiB", "MiB", "GiB"].iter().position(|&name| name == unit)?;
    digits.parse::<usize>().ok()?.checked_mul(1 << (10 * unit))
}

/// How many bytes a kernel can see of one buffer; `PYRITE_GPU_LIMITS=binding:1MiB` makes it fewer.
pub fn window(device: &wgpu::Device) -> usize {
    let most = device.limits().max_storage_buffer_binding_size as usize;
    let asked = binding(&std::env::var("PYRITE_GPU_LIMITS").unwrap_or_default());
    asked.unwrap_or(most).clamp(ALIGNMENT, most) / VECTOR * VECTOR
}

/// Opens a device, with cooperative matrices or without.
pub fn open(adapter: wgpu::Adapter, has_matrices: bool) -> Result<(wgpu::AdapterInfo, wgpu::Device, wgpu::Queue)> {
    let (required_features, required_limits) = required(&adapter, has_matrices);
    let experimental_features = match has_matrices {
        // SAFETY: cooperative matrices are the only experimental feature, and no result depends on them before a trial.
        true => unsafe { ExperimentalFeatures::enabled() },
        false => ExperimentalFeatures::disabled(),
    };
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("pyrite"),
        required_features,
        required_limits,
        experimental_features,
        ..Default::default()
    };
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

#[cfg(test)]
mod tests {
    use super::binding;

    #[test]
    fn a_setting_is_a_number_of_bytes_with_a_unit() {
        assert_eq!(binding("webgpu,binding:3MiB"), Some(3 << 20));
        assert_eq!(binding("binding:4096"), Some(4096));
        for none in ["", "webgpu", "binding:", "binding:1 MB", "binding:MiB", "binding:99999999999999999999"] {
            assert_eq!(binding(none), None, "{none}");
        }
    }
}
