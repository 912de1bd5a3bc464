//! The answer of everything that the backend does not compute yet.

use pyrite_core::{Error, Result};

pub fn not_built<T>(what: &str) -> Result<T> {
    Err(Error::NotBuilt(format!(
        "gpu: {what} is not built yet; the CPU computes it: move the tensor there with .cpu(), or set PYRITE_GPU_FALLBACK=1"
    )))
}
