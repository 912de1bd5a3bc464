//! `pyrite._core`: the bindings. They convert arguments and errors; all logic is in `pyrite-core` and the backends.

mod argument;
mod dense;
mod device;
mod dtype;
mod error;
mod fast;
#[cfg(unix)]
mod fork;
mod interop;
mod philox;
mod random;
mod runtime;
mod tensor;

use pyo3::prelude::*;

#[pymodule(gil_used = true)]
mod _core {
    use super::*;

    #[pymodule_export]
    use crate::device::{
        gpu_empty_cache, gpu_is_open, gpu_missing, gpu_name, gpu_properties, gpu_reset_peak_stats,
        gpu_set_memory_limit, gpu_stats, gpu_synchronize,
    };
    #[pymodule_export]
    use crate::dtype::{PyDType, default_dtype, promote_types, set_default_dtype};
    #[pymodule_export]
    use crate::interop::{Export, export, from_bytes, from_memory};
    #[pymodule_export]
    use crate::philox::PyPhilox;
    #[pymodule_export]
    use crate::runtime::{
        cpu_capability, empty_cache, evaluate_large, evaluate_together, get_num_threads, ops, require_room,
        set_num_threads, small_limit,
    };
    #[pymodule_export]
    use crate::tensor::{PyTensor, arange, binary, elementwise_in, empty, full, linspace, result_type, ternary, unary};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        for dtype in pyrite_core::DType::ALL {
            module.add(dtype.name(), dtype::object(module.py(), dtype)?)?;
        }
        #[cfg(unix)]
        fork::register();
        module.add("OutOfMemoryError", module.py().get_type::<error::OutOfMemoryError>())?;
        dense::register(module)?;
        fast::register(module)?;
        random::register(module)
    }
}
