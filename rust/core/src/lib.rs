//! pyrite-core: the language of tensors. No kernels, no threads, no GPU.
//!
//! | family | files | what it does |
//! |---|---|---|
//! | elementwise | `ops.rs` (the table), `op.rs`, `value.rs`, `program.rs` | deferred, evaluated as programs |
//! | views | `layout.rs`, `view.rs` | compute nothing: a Layout from a Layout |
//! | reduce, scan, sort | `tensor/reduce.rs` | a kernel each, behind `Backend` |
//! | matmul | `tensor/matmul.rs` | batches and any strides |
//! | index | `tensor/index.rs` | gather, scatter, reads and writes by index |
//! | range | `range.rs` | evenly spaced numbers, a kernel |
//! | fast | `fast.rs`, `tensor/fast.rs` | composites that a device may have one kernel for |
//!
//! The life of `exp(x)`: `tensor/elementwise.rs` promotes dtypes and broadcasts shapes, `value.rs` makes a pending Value,
//! a reader asks for its buffer, `value.rs` lowers it with its neighbours to a Program, a `Backend` runs that.

pub use half;
pub use num_complex;

pub mod backend;
pub mod dtype;
pub mod error;
pub mod fallback;
pub mod fast;
pub mod layout;
pub mod op;
pub mod ops;
pub mod program;
pub mod random;
pub mod range;
pub mod scalar;
pub mod tensor;
pub mod value;
mod view;

pub use backend::{Backend, Buffer, Combine, Immediate, Memory, NO_PROBABILITY, Operand, Put, Reduction, Scan};
pub use dtype::{DType, Element, Kind};
pub use error::{Error, Result};
pub use layout::{Layout, Shape, Strides};
pub use op::{Domain, Op};
pub use program::Program;
pub use scalar::Scalar;
pub use tensor::Tensor;
pub use value::{Storage, Value};
pub use view::infer_shape;
