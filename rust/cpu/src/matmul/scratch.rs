//! Buffers that each thread keeps between products, for packed operands and sums before rounding.

use std::cell::Cell;

/// What a buffer is for: buffers of different uses may be in use at once.
#[derive(Clone, Copy)]
pub enum Use {
    Left,
    Right,
    Widened,
    Result,
}

/// A cache line, so that buffers start on one.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

thread_local! {
    static BUFFERS: [Cell<Vec<Line>>; 4] = const { [const { Cell::new(Vec::new()) }; 4] };
}

/// Calls `work` with a buffer of `count` numbers of any values, aligned to a cache line. The thread's buffer is taken
/// out meanwhile: a nested call of the same use gets one of its own.
pub fn with<T, R>(purpose: Use, count: usize, work: impl FnOnce(*mut T) -> R) -> R {
    const { assert!(align_of::<T>() <= align_of::<Line>()) };
    let lines = (count * size_of::<T>()).div_ceil(size_of::<Line>());
    let mut buffer = BUFFERS.with(|buffers| buffers[purpose as usize].take());
    if buffer.len() < lines {
        buffer = vec![Line([0; 64]); lines];
    }
    let result = work(buffer.as_mut_ptr().cast());
    BUFFERS.with(|buffers| buffers[purpose as usize].set(buffer));
    result
}
