//! Reads and writes by index. Every index is checked before anything is written; runs along the last axis go through the
//! few loops of `index/moves.rs`.
#![allow(unsafe_code)]

mod along;
mod moves;
mod nonzero;
mod several;

pub use along::{gather, scatter};
pub use nonzero::nonzero;
pub use several::{index, index_put};

#[cfg(test)]
mod tests;
