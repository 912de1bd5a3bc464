//! Compiled kernels for the next process: what the driver keeps of its pipelines (on Vulkan), in a file of this user's cache
//! folder. The file is an optimisation and no more: it may be missing, broken, or impossible to write. `PYRITE_GPU_CACHE=0` is to
//! have none.
#![allow(unsafe_code)]

use crate::context::wait;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use wgpu::{AdapterInfo, ErrorFilter, PipelineCacheDescriptor};

/// New kernels that are written down before the process ends.
const MANY: usize = 64;

pub struct Cache {
    pipelines: wgpu::PipelineCache,
    path: PathBuf,
    /// Kernels compiled since the file was written.
    fresh: AtomicUsize,
}

/// The file for kernels of this adapter, driver and version of the crate; None where there is to be none.
pub fn path(adapter: &AdapterInfo) -> Option<PathBuf> {
    if std::env::var_os("PYRITE_GPU_CACHE").is_some_and(|value| value == "0") {
        return None;
    }
    let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = variable("XDG_CACHE_HOME").or_else(|| variable("LOCALAPPDATA"));
    let folder = folder.or_else(|| Some(variable("HOME")?.join(".cache")))?.join("pyrite");
    Some(folder.join(name(adapter)?))
}

fn name(adapter: &AdapterInfo) -> Option<String> {
    let driver = checksum(format!("{}\n{}", adapter.driver, adapter.driver_info).as_bytes());
    Some(format!("{}_{driver:016x}_{}", wgpu::util::pipeline_cache_key(adapter)?, env!("CARGO_PKG_VERSION")))
}

/// Hashes by FNV-1a.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// What the file holds, if it is whole: a checksum, then the driver's bytes.
fn read(path: &Path) -> Option<Vec<u8>> {
    let bytes = fs::read(path).ok()?;
    let (sum, content) = bytes.split_first_chunk()?;
    (u64::from_le_bytes(*sum) == checksum(content)).then(|| content.to_vec())
}

/// Writes the file under another name first, so that others see it whole or not at all.
fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
    let unfinished = path.with_extension(std::process::id().to_string());
    let written = fs::write(&unfinished, [&checksum(content).to_le_bytes(), content].concat());
    let renamed = written.and_then(|()| fs::rename(&unfinished, path));
    if renamed.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    renamed
}

impl Cache {
    /// The cache that this file goes on with, where the driver has one.
    pub fn open(device: &wgpu::Device, path: PathBuf) -> Option<Cache> {
        if !device.features().contains(wgpu::Features::PIPELINE_CACHE) {
            return None;
        }
        let kept = read(&path);
        let create = |data| {
            let scope = device.push_error_scope(ErrorFilter::Validation);
            let descriptor = PipelineCacheDescriptor { label: None, data, fallback: true };
            // SAFETY: the data came from this driver: its checksum holds, and wgpu compares adapter, driver and version.
            let pipelines = unsafe { device.create_pipeline_cache(&descriptor) };
            wait(scope.pop()).is_none().then_some(pipelines)
        };
        let pipelines = create(kept.as_deref()).or_else(|| create(None))?;
        Some(Cache { pipelines, path, fresh: AtomicUsize::new(0) })
    }

    /// What a pipeline is compiled with.
    pub fn pipelines(&self) -> &wgpu::PipelineCache {
        &self.pipelines
    }

    /// Counts a kernel that was compiled.
    pub fn count(&self) {
        if self.fresh.fetch_add(1, Ordering::Relaxed) + 1 >= MANY {
            self.save();
        }
    }

    /// Writes what is new, if it can.
    pub fn save(&self) {
        if self.fresh.swap(0, Ordering::Relaxed) > 0
            && let Some(content) = self.pipelines.get_data()
        {
            let _ = write(&self.path, &content);
        }
    }
}

#[cfg(test)]
mod tests;
