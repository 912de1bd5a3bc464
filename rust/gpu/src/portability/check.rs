//! One kernel's text: parsed, validated, written as SPIR-V, MSL and HLSL by the version of naga that wgpu has, and held to WebGPU's
//! least limits. Kernels with cooperative matrices may have more workgroup memory, and are none of Direct3D's, which has none.

use crate::matmul::capability;
use naga::back::{hlsl, msl, spv};
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Module, ShaderStage, TypeInner};

/// What WebGPU's default device has: storage buffers, bytes of workgroup memory, threads, bytes of immediates.
const STORAGE_BUFFERS: usize = 8;
const WORKGROUP_BYTES: u32 = 16 << 10;
const THREADS: u32 = 256;
const IMMEDIATE_BYTES: u32 = 128;

/// What is wrong with a kernel, in words.
pub fn complaint(text: &str) -> Option<String> {
    check(text).err().map(|error| format!("{error}\n{text}"))
}

fn check(text: &str) -> Result<(), String> {
    let module = naga::front::wgsl::parse_str(text).map_err(|e| e.emit_to_string(text))?;
    let capabilities = Capabilities::SHADER_INT64
        | Capabilities::FLOAT64
        | Capabilities::IMMEDIATES
        | Capabilities::SHADER_FLOAT16
        | Capabilities::SUBGROUP
        | Capabilities::COOPERATIVE_MATRIX;
    let info = Validator::new(ValidationFlags::all(), capabilities).validate(&module);
    let info = info.map_err(|e| e.emit_to_string(text))?;
    let has_matrices = module.types.iter().any(|(_, ty)| matches!(ty.inner, TypeInner::CooperativeMatrix { .. }));
    limits(&module, if has_matrices { capability::WORKGROUP_BYTES } else { WORKGROUP_BYTES })?;
    spirv(&module, &info).map_err(|e| format!("SPIR-V: {e}"))?;
    // Only Vulkan has float64.
    if module.types.iter().any(|(_, ty)| ty.inner.scalar().is_some_and(|scalar| scalar == naga::Scalar::F64)) {
        return Ok(());
    }
    metal(&module, &info).map_err(|e| format!("MSL: {e}"))?;
    if has_matrices {
        return Ok(());
    }
    direct3d(&module, &info).map_err(|e| format!("HLSL: {e}"))
}

fn limits(module: &Module, workgroup_bytes: u32) -> Result<(), String> {
    let in_space = |space: fn(&AddressSpace) -> bool| {
        module.global_variables.iter().map(|(_, variable)| variable).filter(move |variable| space(&variable.space))
    };
    let bytes = |space| in_space(space).map(|v| module.types[v.ty].inner.size(module.to_ctx())).sum::<u32>();
    let buffers = in_space(|space| matches!(space, AddressSpace::Storage { .. })).count();
    let shared = bytes(|space| matches!(space, AddressSpace::WorkGroup));
    let immediate = bytes(|space| matches!(space, AddressSpace::Immediate));
    let threads: u32 = module.entry_points[0].workgroup_size.iter().product();
    for (what, has, most) in [
        ("storage buffers", buffers as u32, STORAGE_BUFFERS as u32),
        ("bytes of workgroup memory", shared, workgroup_bytes),
        ("threads", threads, THREADS),
        ("bytes of immediates", immediate, IMMEDIATE_BYTES),
    ] {
        if has > most {
            return Err(format!("{has} {what}, where WebGPU's minimum is {most}"));
        }
    }
    Ok(())
}

fn spirv(module: &Module, info: &ModuleInfo) -> Result<(), spv::Error> {
    let pipeline = spv::PipelineOptions { shader_stage: ShaderStage::Compute, entry_point: "main".into() };
    let options = spv::Options { fake_missing_bindings: true, ..Default::default() };
    spv::write_vec(module, info, &options, Some(&pipeline)).map(drop)
}

fn metal(module: &Module, info: &ModuleInfo) -> Result<(), String> {
    let options = msl::Options { lang_version: (2, 4), fake_missing_bindings: true, ..Default::default() };
    let written = msl::write_string(module, info, &options, &Default::default()).map_err(|e| e.to_string())?;
    written.1.entry_point_names.into_iter().try_for_each(|name| name.map(drop).map_err(|e| e.to_string()))
}

fn direct3d(module: &Module, info: &ModuleInfo) -> Result<(), String> {
    let immediates_target = Some(hlsl::BindTarget { space: 1, ..Default::default() });
    let options = hlsl::Options { shader_model: hlsl::ShaderModel::V6_0, immediates_target, ..Default::default() };
    let (mut text, pipeline) = (String::new(), Default::default());
    let written = hlsl::Writer::new(&mut text, &options, &pipeline).write(module, info, None);
    let names = written.map_err(|e| e.to_string())?.entry_point_names;
    names.into_iter().try_for_each(|name| name.map(drop).map_err(|e| e.to_string()))
}
