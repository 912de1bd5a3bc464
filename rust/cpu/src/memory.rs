//! Host memory: aligned for vectors, large blocks kept in a pool, because fresh pages cost more than the arithmetic on them.
#![allow(unsafe_code)]

use pyrite_core::{Buffer, Error, Memory, Result};
use std::alloc::{Layout, alloc, dealloc};
use std::any::Any;
use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

const ALIGN: usize = 64;
/// Blocks from this size on are aligned for vectors; for smaller ones it would cost more than it gives.
const ALIGNED: usize = 1 << 10;
/// Blocks from this size on are pooled.
const POOLED: usize = 64 << 10;
/// Blocks from this size on lie on huge pages.
const HUGE: usize = 2 << 20;

/// Blocks that are free, by size, and the bytes they hold together.
#[derive(Default)]
struct Pool {
    free: HashMap<usize, Vec<Block>>,
    bytes: usize,
}

struct Block(NonNull<u8>);

// SAFETY: a free block is owned by the pool alone.
unsafe impl Send for Block {}

static POOL: Mutex<Option<Pool>> = Mutex::new(None);

/// Held while no block may be taken or given: around a fork.
pub fn lock_pool() -> MutexGuard<'static, impl Sized> {
    POOL.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Bytes of this machine's memory.
pub fn physical() -> usize {
    static BYTES: OnceLock<usize> = OnceLock::new();
    *BYTES.get_or_init(|| {
        let kib = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
            text.lines()
                .find_map(|l| l.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim().parse::<usize>().ok())
        });
        kib.map_or(usize::MAX >> 8, |kib| kib * 1024)
    })
}

/// The size of the block that serves `bytes`: an eighth of an octave apart, so that freed blocks fit later requests.
fn class(bytes: usize) -> usize {
    if bytes < POOLED {
        return bytes.max(1).next_multiple_of(ALIGN);
    }
    let step = (1usize << (usize::BITS - 1 - bytes.leading_zeros())) / 8;
    bytes.next_multiple_of(step)
}

fn layout(size: usize) -> Result<Layout> {
    let align = match size {
        HUGE.. => HUGE,
        ALIGNED.. => ALIGN,
        _ => 16,
    };
    Layout::from_size_align(size, align).map_err(|_| Error::OutOfMemory { bytes: size })
}

fn fresh(size: usize) -> Result<NonNull<u8>> {
    let layout = layout(size)?;
    // SAFETY: the size is never zero (see `class`).
    let pointer = NonNull::new(unsafe { alloc(layout) }).ok_or(Error::OutOfMemory { bytes: size })?;
    #[cfg(target_os = "linux")]
    if size >= HUGE {
        unsafe extern "C" {
            fn madvise(address: *mut u8, length: usize, advice: i32) -> i32;
        }
        const MADV_HUGEPAGE: i32 = 14;
        // SAFETY: the range was just allocated; the advice changes no content.
        unsafe { madvise(pointer.as_ptr(), size, MADV_HUGEPAGE) };
    }
    Ok(pointer)
}

fn take(size: usize) -> Option<NonNull<u8>> {
    let mut pool = POOL.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let pool = pool.get_or_insert_default();
    let block = pool.free.get_mut(&size)?.pop()?;
    pool.bytes -= size;
    Some(block.0)
}

/// Frees every block that no tensor holds.
pub fn empty_cache() {
    let old = POOL.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
    for (size, blocks) in old.into_iter().flat_map(|pool| pool.free) {
        for block in blocks {
            release(block.0, size);
        }
    }
}

fn release(pointer: NonNull<u8>, size: usize) {
    if let Ok(layout) = layout(size) {
        // SAFETY: the block came from `fresh` with this size.
        unsafe { dealloc(pointer.as_ptr(), layout) };
    }
}

/// A few bytes, a block of the pool, or memory that someone else owns.
struct HostMemory {
    /// Dangling where the bytes are in `owner` itself.
    pointer: NonNull<u8>,
    len: usize,
    owner: Owner,
    exports: AtomicUsize,
}

/// Bytes that fit into the handle, so that a number costs no block of its own.
const FEW: usize = 64;

enum Owner {
    Few(UnsafeCell<[u128; FEW / 16]>),
    Pool { size: usize },
    Foreign { read_only: bool, _owner: Box<dyn Any + Send + Sync> },
}

// SAFETY: the content is plain bytes; kernels write only to buffers that no one else reads, except foreign and exported
// memory, whose races are the outside owner's as with any array.
unsafe impl Send for HostMemory {}
// SAFETY: as above.
unsafe impl Sync for HostMemory {}

impl Memory for HostMemory {
    fn len(&self) -> usize {
        self.len
    }

    fn host(&self) -> Option<*mut u8> {
        match &self.owner {
            Owner::Few(bytes) => Some(bytes.get().cast()),
            _ => Some(self.pointer.as_ptr()),
        }
    }

    fn exports(&self) -> &AtomicUsize {
        &self.exports
    }

    fn is_foreign(&self) -> bool {
        matches!(self.owner, Owner::Foreign { .. })
    }

    fn is_read_only(&self) -> bool {
        matches!(self.owner, Owner::Foreign { read_only: true, .. })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for HostMemory {
    fn drop(&mut self) {
        let Owner::Pool { size } = self.owner else { return };
        if size >= POOLED {
            let mut pool = POOL.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let pool = pool.get_or_insert_default();
            if pool.bytes + size <= physical() / 4 {
                pool.bytes += size;
                pool.free.entry(size).or_default().push(Block(self.pointer));
                return;
            }
        }
        release(self.pointer, size);
    }
}

/// Memory of at least `bytes`, with whatever content, aligned for any element type, and for vectors from a KiB on.
pub fn allocate(bytes: usize) -> Result<Buffer> {
    if bytes <= FEW {
        let owner = Owner::Few(UnsafeCell::new([0; FEW / 16]));
        let (pointer, exports) = (NonNull::dangling(), AtomicUsize::new(0));
        return Ok(Buffer(Arc::new(HostMemory { pointer, len: bytes, owner, exports })));
    }
    let size = class(bytes);
    let pooled = if size >= POOLED { take(size) } else { None };
    let pointer = match pooled {
        Some(pointer) => pointer,
        None => fresh(size).or_else(|_| {
            empty_cache();
            fresh(size)
        })?,
    };
    Ok(Buffer(Arc::new(HostMemory { pointer, len: bytes, owner: Owner::Pool { size }, exports: AtomicUsize::new(0) })))
}

/// Memory that `owner` keeps alive and may write to at any time.
///
/// # Safety
/// `pointer` must stay valid for `len` bytes while `owner` lives, for writes too unless `read_only`.
pub unsafe fn foreign(pointer: *mut u8, len: usize, read_only: bool, owner: Box<dyn Any + Send + Sync>) -> Buffer {
    let pointer = NonNull::new(pointer).unwrap_or(NonNull::dangling());
    let owner = Owner::Foreign { read_only, _owner: owner };
    Buffer(Arc::new(HostMemory { pointer, len, owner, exports: AtomicUsize::new(0) }))
}

/// A copy of `bytes`.
pub fn upload(bytes: &[u8]) -> Result<Buffer> {
    let buffer = allocate(bytes.len())?;
    if let Some(to) = buffer.0.host() {
        // SAFETY: the buffer was just allocated with this length.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
    }
    Ok(buffer)
}

/// Copies `out.len()` bytes from byte `start`.
pub fn download(buffer: &Buffer, start: usize, out: &mut [u8]) -> Result<()> {
    if start.checked_add(out.len()).is_none_or(|end| end > buffer.0.len()) {
        return Err(Error::Invalid(format!("cannot read {} bytes at {start} of {}", out.len(), buffer.0.len())));
    }
    if let Some(from) = buffer.0.host() {
        // SAFETY: the range lies within the buffer.
        unsafe { std::ptr::copy_nonoverlapping(from.add(start), out.as_mut_ptr(), out.len()) };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_what_is_asked() {
        for bytes in [0, 1, 63, 64, 4096, POOLED, POOLED + 1, 5 << 20, (1 << 30) + 7] {
            let size = class(bytes);
            assert!(size >= bytes && size.is_multiple_of(ALIGN) && size <= bytes.max(ALIGN) + bytes / 8 + ALIGN);
        }
    }

    #[test]
    fn a_freed_block_serves_again() {
        let first = allocate(3 << 20).unwrap();
        let address = first.0.host();
        drop(first);
        assert_eq!(allocate(3 << 20).unwrap().0.host(), address);
    }

    #[test]
    fn the_impossible_is_refused() {
        assert!(allocate(usize::MAX / 4).is_err());
    }
}
