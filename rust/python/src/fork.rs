//! The locks of the core around a fork. The system's own handlers take them, not Python's: between those another thread may
//! get the interpreter and then wait for one of these locks with the interpreter in its hands.
#![allow(unsafe_code)]

use crate::random;
use pyrite_core::value;
use pyrite_cpu::{memory, threads};
use std::any::Any;
use std::cell::RefCell;
use std::sync::Once;

unsafe extern "C" {
    fn pthread_atfork(prepare: extern "C" fn(), parent: extern "C" fn(), child: extern "C" fn()) -> i32;
}

thread_local! {
    static HELD: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Takes every lock, so that none is held by a thread that the child will not have; one under which others are taken comes
/// before them.
extern "C" fn before() {
    let guards: Vec<Box<dyn Any>> = vec![
        Box::new(random::lock_draws()),
        Box::new(value::lock_evaluation()),
        Box::new(value::lock_notes()),
        Box::new(threads::lock_pool()),
        Box::new(memory::lock_pool()),
    ];
    let _ = HELD.try_with(|held| held.try_borrow_mut().map(|mut held| *held = guards));
}

extern "C" fn after() {
    let _ = HELD.try_with(|held| held.try_borrow_mut().map(|mut held| held.clear()));
}

/// Registers the handlers, once in a process.
pub fn register() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: the handlers live as long as the process, and do not unwind.
        unsafe { pthread_atfork(before, after, after) };
    });
}
