//! Device memory: one wgpu buffer for each allocation, because one buffer must not be read and written by the same kernel
//! through two bindings.

use crate::context::Context;
use crate::pool::Pool;
use crate::program;
use crate::window::too_large;
use pyrite_core::{Buffer, DType, Error, Layout, Memory, Operand, Result};
use std::any::Any;
use std::num::NonZeroU64;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

struct DeviceMemory {
    buffer: wgpu::Buffer,
    len: usize,
    exports: AtomicUsize,
    pool: Arc<Pool>,
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

/// A part of a buffer, as kernels see one that is too large for them.
struct Window {
    of: Buffer,
    bytes: Range<usize>,
}

impl Memory for Window {
    fn len(&self) -> usize {
        self.bytes.len()
    }

    fn host(&self) -> Option<*mut u8> {
        None
    }

    fn exports(&self) -> &AtomicUsize {
        self.of.0.exports()
    }

    fn is_foreign(&self) -> bool {
        false
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for DeviceMemory {
    fn drop(&mut self) {
        self.pool.give(self.buffer.size() as usize, self.buffer.clone());
    }
}

/// Windows start at multiples of this: where every device can bind a buffer.
pub const ALIGNMENT: usize = 256;

/// Buffers and bindings are multiples of this: as kernels read a vector of four words.
pub const VECTOR: usize = 16;

/// Bytes of a buffer that is no window, from a multiple of [`ALIGNMENT`] on.
pub fn window(buffer: &Buffer, bytes: Range<usize>) -> Buffer {
    debug_assert!(bytes.start.is_multiple_of(ALIGNMENT) && bytes.end <= buffer.0.len());
    Buffer(Arc::new(Window { of: buffer.clone(), bytes }))
}

/// What a kernel is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bound {
    pub buffer: wgpu::Buffer,
    pub offset: u64,
    /// None for all that follows.
    pub size: Option<NonZeroU64>,
}

/// What a handle is as the binding of a kernel, whose label a refusal names.
pub fn bound(context: &Context, label: &str, buffer: &Buffer) -> Result<Bound> {
    if buffer.0.len() > context.window {
        return too_large(context, label, buffer.0.len());
    }
    let whole_vectors = NonZeroU64::new(buffer.0.len().next_multiple_of(VECTOR).max(VECTOR) as u64);
    if let Some(Window { of, bytes }) = buffer.0.as_any().downcast_ref() {
        return Ok(Bound { buffer: device_buffer(of)?.clone(), offset: bytes.start as u64, size: whole_vectors });
    }
    let buffer = device_buffer(buffer)?.clone();
    let size = if buffer.size() > context.window as u64 { whole_vectors } else { None };
    Ok(Bound { buffer, offset: 0, size })
}

/// The wgpu buffer behind a handle that is no window.
pub fn device_buffer(buffer: &Buffer) -> Result<&wgpu::Buffer> {
    let memory = buffer.0.as_any().downcast_ref::<DeviceMemory>();
    let memory = memory.ok_or_else(|| Error::Invalid("a GPU kernel was given memory of another device".into()))?;
    Ok(&memory.buffer)
}

/// Memory of `bytes`, with whatever content.
pub fn allocate(context: &Context, bytes: usize) -> Result<Buffer> {
    let most = context.capacity();
    if bytes > most {
        let name = &context.adapter.name;
        return Err(Error::Invalid(format!(
            "gpu: {bytes} bytes are more than the {most} that one tensor can have on {name}"
        )));
    }
    let (buffer, pool) = (context.pooled(bytes)?, context.pool.clone());
    Ok(Buffer(Arc::new(DeviceMemory { buffer, len: bytes, exports: AtomicUsize::new(0), pool })))
}

/// A copy of host memory.
pub fn upload(context: &Context, bytes: &[u8]) -> Result<Buffer> {
    let buffer = allocate(context, bytes.len())?;
    context.write(device_buffer(&buffer)?, bytes)?;
    Ok(buffer)
}

/// A copy that does not leave the device.
pub fn copy(context: &Context, buffer: &Buffer) -> Result<Buffer> {
    let copy = allocate(context, buffer.0.len())?;
    context.copy(device_buffer(buffer)?, device_buffer(&copy)?, buffer.0.len())?;
    Ok(copy)
}

/// Copies `out.len()` bytes from byte `start` to the host.
pub fn download(context: &Context, buffer: &Buffer, start: usize, out: &mut [u8]) -> Result<()> {
    if start.checked_add(out.len()).is_none_or(|end| end > buffer.0.len()) {
        return Err(Error::Invalid(format!("cannot read {} bytes at {start} of {}", out.len(), buffer.0.len())));
    }
    context.read(device_buffer(buffer)?, start, out)
}

/// A dense copy in `dtype`.
pub fn convert(context: &Context, operand: &Operand, dtype: DType) -> Result<Operand> {
    let layout = Layout::contiguous(&operand.layout.shape);
    let buffer = allocate(context, layout.numel() * dtype.size())?;
    let copy = Operand { buffer, layout, dtype };
    program::write(context, operand, &copy)?;
    Ok(copy)
}
