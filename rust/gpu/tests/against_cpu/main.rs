//! The GPU against the CPU: the same programs through core's Tensor on both. Without an adapter the tests say so and pass,
//! unless `PYRITE_REQUIRE_GPU` is set; `PYRITE_GPU_SOFTWARE=1` lets a software adapter count.

mod aliasing;
mod compare;
mod complex;
mod elementwise;
mod index;
mod long;
mod matmul;
mod numbers;
mod reduce;
mod refusals;
mod runtime;
mod scan;
mod sort;
mod sum;
mod table;
mod together;
mod transfer;
