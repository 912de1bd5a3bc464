//! Memory shared with the outside: tensors over arrays' memory, and arrays over tensors' memory.
#![allow(unsafe_code)]

use crate::dtype::DTypeArgument;
use crate::error::raise;
use crate::tensor::{PyTensor, work};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyrite_core::{Buffer, DType, Layout, Tensor, Value};
use pyrite_cpu::{CPU, memory};
use std::sync::atomic::Ordering;

/// A tensor over memory that `owner` keeps alive: `nbytes` from `address`, seen through shape and strides (in elements).
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn from_memory(
    address: usize,
    nbytes: usize,
    dtype: DTypeArgument,
    shape: Vec<isize>,
    strides: Vec<isize>,
    offset: isize,
    read_only: bool,
    owner: Py<PyAny>,
) -> PyResult<PyTensor> {
    let dtype = dtype.0;
    if !address.is_multiple_of(dtype.real().size()) {
        return Err(PyValueError::new_err("the given memory is not aligned for its element type"));
    }
    let numel = nbytes / dtype.size();
    let layout: Layout = raise(Layout::as_strided(&shape, &strides, offset, numel))?;
    // SAFETY: the caller, pyrite's own Python code, takes address and length from the array that `owner` is.
    let buffer = unsafe { memory::foreign(address as *mut u8, nbytes, read_only, Box::new(owner)) };
    let value = Value::ready(dtype, numel, &CPU, buffer);
    Ok(Tensor::of_value(value, layout).into())
}

/// A row-major tensor with a copy of `bytes` as its elements.
#[pyfunction]
pub fn from_bytes(bytes: &[u8], shape: Vec<usize>, dtype: DTypeArgument) -> PyResult<PyTensor> {
    let wanted = shape.iter().try_fold(dtype.0.size(), |n, &d| n.checked_mul(d));
    if wanted != Some(bytes.len()) {
        return Err(PyValueError::new_err(format!("{} bytes do not make a tensor of shape {shape:?}", bytes.len())));
    }
    raise(Tensor::from_bytes(bytes, &shape, dtype.0, &CPU)).map(PyTensor)
}

/// Keeps a tensor's memory alive and marked as shared while an array over it exists.
#[pyclass(frozen, module = "pyrite._core")]
pub struct Export {
    buffer: Buffer,
    layout: Layout,
    dtype: DType,
}

impl Drop for Export {
    fn drop(&mut self) {
        self.buffer.0.exports().fetch_sub(1, Ordering::AcqRel);
    }
}

/// NumPy's name of a dtype; bfloat16 has none.
fn typestr(dtype: DType) -> PyResult<&'static str> {
    Ok(match dtype {
        DType::Bool => "|b1",
        DType::U8 => "|u1",
        DType::I8 => "|i1",
        DType::I16 => "<i2",
        DType::I32 => "<i4",
        DType::I64 => "<i8",
        DType::F16 => "<f2",
        DType::F32 => "<f4",
        DType::F64 => "<f8",
        DType::C64 => "<c8",
        DType::C128 => "<c16",
        DType::BF16 => return Err(pyo3::exceptions::PyTypeError::new_err("Got unsupported ScalarType BFloat16")),
    })
}

#[pymethods]
impl Export {
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let size = self.dtype.size();
        let start = self.buffer.0.host().map_or(0, |p| p as usize) + self.layout.offset * size;
        let out = PyDict::new(py);
        out.set_item("version", 3)?;
        out.set_item("typestr", typestr(self.dtype)?)?;
        out.set_item("shape", PyTuple::new(py, self.layout.shape.iter())?)?;
        out.set_item("strides", PyTuple::new(py, self.layout.strides.iter().map(|s| s * size as isize))?)?;
        out.set_item("data", (start, self.buffer.0.is_read_only()))?;
        Ok(out)
    }
}

/// An object that NumPy makes an array of, over the tensor's own memory.
#[pyfunction]
pub fn export(py: Python<'_>, tensor: PyRef<'_, PyTensor>) -> PyResult<Export> {
    let tensor = &tensor.0;
    typestr(tensor.dtype)?;
    let operand = work(py, &[tensor], || {
        let operand = tensor.storage.value();
        match operand.is_shared() {
            true => tensor.operand(),
            false => tensor.writable(operand),
        }
    })?;
    operand.buffer.0.exports().fetch_add(1, Ordering::AcqRel);
    Ok(Export { buffer: operand.buffer, layout: operand.layout, dtype: operand.dtype })
}
