//! Device buffers in size classes. One that is given back is handed out again at once: commands run in the order of recording,
//! so whoever gets it next writes to it after its last reader.

use crate::context::lock;
use crate::memory::VECTOR;
use std::collections::HashMap;
use std::sync::Mutex;

/// Bytes that a device has given out, now and at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryStats {
    /// Held by tensors.
    pub allocated: usize,
    pub peak_allocated: usize,
    /// Held by tensors and by the pool.
    pub reserved: usize,
    pub peak_reserved: usize,
}

#[derive(Default)]
pub struct Pool {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    free: HashMap<usize, Vec<wgpu::Buffer>>,
    stats: MemoryStats,
    limit: Option<usize>,
}

/// The size of the buffers that requests of `bytes` share: the next power of two, from 1 MiB on in steps of an eighth of one.
/// A class beyond `most` is the request itself, to whole vectors.
pub fn size_class(bytes: usize, most: usize) -> usize {
    let power = bytes.max(256).next_power_of_two();
    let step = if power <= 1 << 20 { power } else { power / 16 };
    let class = bytes.max(256).next_multiple_of(step);
    if class <= most { class } else { bytes.next_multiple_of(VECTOR) }
}

impl Pool {
    /// A free buffer of this class.
    pub fn take(&self, class: usize) -> Option<wgpu::Buffer> {
        let mut state = lock(&self.state);
        let buffer = state.free.get_mut(&class)?.pop()?;
        state.hold(class);
        Some(buffer)
    }

    /// Takes a buffer back.
    pub fn give(&self, class: usize, buffer: wgpu::Buffer) {
        let mut state = lock(&self.state);
        state.stats.allocated -= class;
        state.free.entry(class).or_default().push(buffer);
    }

    /// Counts a new buffer.
    pub fn add(&self, class: usize) {
        let mut state = lock(&self.state);
        state.stats.reserved += class;
        state.stats.peak_reserved = state.stats.peak_reserved.max(state.stats.reserved);
        state.hold(class);
    }

    /// Whether a new buffer of this class keeps within the limit.
    pub fn has_room(&self, class: usize) -> bool {
        let state = lock(&self.state);
        state.limit.is_none_or(|limit| state.stats.reserved + class <= limit)
    }

    /// Gives the free buffers back to the device.
    pub fn trim(&self) {
        let mut state = lock(&self.state);
        let free = std::mem::take(&mut state.free);
        state.stats.reserved -= free.iter().map(|(class, buffers)| class * buffers.len()).sum::<usize>();
    }

    pub fn stats(&self) -> MemoryStats {
        lock(&self.state).stats
    }

    pub fn limit(&self) -> Option<usize> {
        lock(&self.state).limit
    }

    pub fn set_limit(&self, limit: Option<usize>) {
        lock(&self.state).limit = limit;
    }

    pub fn reset_peaks(&self) {
        let mut state = lock(&self.state);
        state.stats.peak_allocated = state.stats.allocated;
        state.stats.peak_reserved = state.stats.reserved;
    }
}

impl State {
    fn hold(&mut self, class: usize) {
        self.stats.allocated += class;
        self.stats.peak_allocated = self.stats.peak_allocated.max(self.stats.allocated);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_their_requests_with_little_waste() {
        const MOST: usize = 1 << 31;
        for bytes in [0, 1, 256, 257, 4097, 1 << 20, (1 << 20) + 1, 5_000_001, MOST - 4] {
            let class = size_class(bytes, MOST);
            assert!(class >= bytes.max(4) && class.is_multiple_of(VECTOR), "{bytes}: {class}");
            assert!(bytes <= 1 << 20 || class - bytes <= bytes / 8, "{bytes}: {class}");
            assert_eq!(size_class(class, MOST), class);
        }
        assert_eq!(size_class(1001, 1010), 1008);
    }
}
