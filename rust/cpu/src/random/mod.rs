//! Random numbers on the CPU: PyTorch's Mersenne Twister and its laws, so that a seed draws PyTorch's numbers.
//!
//! Every law fills a slice in order and leaves the generator where PyTorch's would stand. Parameters are checked by the
//! caller, who knows the names that the errors must use.

mod binomial;
mod categorical;
mod gamma;
mod generator;
mod laws;
mod mt19937;
mod normal;
mod permutation;
mod poisson;
mod sample;
pub mod tensors;
mod wide;

pub use binomial::binomial;
pub use categorical::categorical;
pub use gamma::gamma;
pub use generator::{Generator, STATE_BYTES, StateError};
pub use laws::{Law, bernoulli_each, fill};
pub use permutation::permutation;
pub use poisson::poisson;
pub use sample::Sample;

#[cfg(test)]
mod tests;
