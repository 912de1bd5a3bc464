//! Device memory: one wgpu buffer for each allocation, because one buffer must not be read and written by the same kernel
//! through two bindings.

use crate::context::Context;
use pyrite_core::{Buffer, Error, Memory, Result};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use wgpu::BufferUsages;

const USAGE: BufferUsages = BufferUsages::STORAGE.union(BufferUsages::COPY_SRC).union(BufferUsages::COPY_DST);

struct DeviceMemory {
    buffer: wgpu::Buffer,
    len: usize,
    exports: AtomicUsize,
}

impl Memory for DeviceMemory {
    fn len(&self) -> usize {
        self.len
    }

    fn host(&self) -> Option<*mut u8> {
        None
    }

    fn exports(&self) -> &AtomicUsize {
        &self.exports
    }

    fn is_foreign(&self) -> bool {
        false
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The wgpu buffer behind a handle.
pub fn device_buffer(buffer: &Buffer) -> Result<&wgpu::Buffer> {
    let memory = buffer.0.as_any().downcast_ref::<DeviceMemory>();
    let memory = memory.ok_or_else(|| Error::Invalid("a GPU kernel was given memory of another device".into()))?;
    Ok(&memory.buffer)
}

fn handle(buffer: wgpu::Buffer, len: usize) -> Buffer {
    Buffer(Arc::new(DeviceMemory { buffer, len, exports: AtomicUsize::new(0) }))
}

fn checked(context: &Context, bytes: usize) -> Result<()> {
    let most = context.capacity();
    if bytes <= most {
        return Ok(());
    }
    let name = &context.adapter.name;
    Err(Error::Invalid(format!("gpu: {bytes} bytes are more than the {most} that one tensor can have on {name}")))
}

/// Memory of `bytes`, all zero.
pub fn allocate(context: &Context, bytes: usize) -> Result<Buffer> {
    checked(context, bytes)?;
    Ok(handle(context.buffer(bytes, USAGE, false)?, bytes))
}

/// A copy of host memory.
pub fn upload(context: &Context, bytes: &[u8]) -> Result<Buffer> {
    checked(context, bytes.len())?;
    let buffer = context.buffer(bytes.len(), USAGE, true)?;
    let mut mapped =
        buffer.get_mapped_range_mut(..).map_err(|e| Error::Invalid(format!("gpu: cannot write to new memory: {e}")))?;
    mapped.slice(..bytes.len()).copy_from_slice(bytes);
    drop(mapped);
    buffer.unmap();
    Ok(handle(buffer, bytes.len()))
}

/// Copies `out.len()` bytes from byte `start` to the host.
pub fn download(context: &Context, buffer: &Buffer, start: usize, out: &mut [u8]) -> Result<()> {
    if start.checked_add(out.len()).is_none_or(|end| end > buffer.0.len()) {
        return Err(Error::Invalid(format!("cannot read {} bytes at {start} of {}", out.len(), buffer.0.len())));
    }
    context.read(device_buffer(buffer)?, start, out)
}
