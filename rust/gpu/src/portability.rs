//! Every kernel in the shading language of every platform, without a GPU: the corpus (`portability/corpus.rs`) runs on wgpu's
//! device that does nothing, and what it would have compiled is checked within WebGPU's limits (`portability/check.rs`).

mod check;
mod corpus;

use crate::Gpu;
use crate::adapter::is_minimal;
use crate::context::{Context, wait};
use crate::matmul::capability::{FEATURES, Matrices, WORKGROUP_BYTES};
use wgpu::{BackendOptions, Backends, DeviceType, Features, Instance, InstanceDescriptor, Limits, NoopBackendOptions};

/// A GPU with these features that runs nothing, but refuses what WebGPU's limits refuse.
fn gpu(features: Features, device_type: DeviceType) -> &'static Gpu {
    let has_matrices = features.contains(FEATURES) && !is_minimal();
    let matrices = has_matrices.then_some(Matrices { size: 16, has_vectors: true });
    let mut limits = Limits { max_immediate_size: 128, ..Default::default() };
    if matrices.is_some() {
        limits.max_compute_workgroup_storage_size = WORKGROUP_BYTES;
    }
    let noop =
        NoopBackendOptions { enable: true, features: Some(features), limits: Some(limits), ..Default::default() };
    let instance = Instance::new(InstanceDescriptor {
        backends: Backends::NOOP,
        backend_options: BackendOptions { noop, ..Default::default() },
        ..InstanceDescriptor::new_without_display_handle()
    });
    let adapter =
        wait(instance.enumerate_adapters(Backends::NOOP)).pop().expect("wgpu's noop backend is a test dependency");
    let mut context = Context::with(adapter, matrices).unwrap();
    context.adapter.device_type = device_type;
    Box::leak(Box::new(Gpu { context }))
}

fn assert_portable(features: Features, device_type: DeviceType) {
    let gpu = gpu(features, device_type);
    corpus::run(gpu);
    let texts = gpu.context.pipelines.texts();
    assert!(texts.len() > 1500, "{} kernels", texts.len());
    let has_matrices = texts.iter().any(|text| text.contains("coopMultiplyAdd"));
    assert_eq!(has_matrices, gpu.context.cooperative.offered.is_some());
    let complaints: Vec<String> = texts.iter().filter_map(|text| check::complaint(text)).collect();
    let first = complaints.first().map_or("", String::as_str);
    assert!(complaints.is_empty(), "{} of {} kernels, first {first}", complaints.len(), texts.len());
}

#[test]
fn kernels_of_a_full_device_are_portable() {
    let features = Features::SHADER_INT64 | Features::SHADER_F64 | Features::IMMEDIATES | FEATURES;
    assert_portable(features, DeviceType::DiscreteGpu);
}

#[test]
fn kernels_of_a_minimal_device_are_portable() {
    assert_portable(Features::empty(), DeviceType::Cpu);
}

#[test]
fn what_a_platform_refuses_is_found() {
    let kernel =
        |declaration: &str| format!("{declaration}\n@compute @workgroup_size(256) fn main() {{ _ = x[0]; }}\n");
    assert_eq!(check::complaint(&kernel("var<workgroup> x: array<u32, 4096>;")), None);
    for (declaration, reason) in [
        ("var<workgroup> x: array<u32, 4097>;", "16388 bytes of workgroup memory, where WebGPU's minimum is 16384"),
        ("var<immediate> x: array<vec4<u32>, 9>;", "144 bytes of immediates"),
        ("var<immediate> x: array<vec4<u32>, 8>;", "HLSL: "),
        ("const x = array(y);", "error: "),
    ] {
        let complaint = check::complaint(&kernel(declaration)).unwrap_or_default();
        assert!(complaint.starts_with(reason), "{declaration}: {complaint}");
    }
}
