//! `dtype` objects: one for each element type, compared by identity.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyrite_core::{DType, scalar};

/// The type of a tensor's elements, as `torch.dtype`.
#[pyclass(frozen, name = "dtype", module = "pyrite")]
pub struct PyDType(pub DType);

static OBJECTS: PyOnceLock<Vec<Py<PyDType>>> = PyOnceLock::new();

/// The object that stands for `dtype`.
pub fn object(py: Python<'_>, dtype: DType) -> PyResult<Py<PyDType>> {
    let all =
        OBJECTS.get_or_try_init(py, || DType::ALL.iter().map(|&d| Py::new(py, PyDType(d))).collect::<PyResult<_>>())?;
    Ok(all[dtype as usize].clone_ref(py))
}

/// A dtype as an argument.
pub struct DTypeArgument(pub DType);

impl<'a, 'py> FromPyObject<'a, 'py> for DTypeArgument {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<DTypeArgument> {
        match object.cast::<PyDType>() {
            Ok(dtype) => Ok(DTypeArgument(dtype.get().0)),
            Err(_) => {
                Err(PyTypeError::new_err(format!("dtype must be pyrite.dtype, not {}", object.get_type().name()?)))
            }
        }
    }
}

#[pymethods]
impl PyDType {
    fn __repr__(&self) -> String {
        format!("pyrite.{}", self.0.name())
    }

    fn __hash__(&self) -> usize {
        self.0 as usize
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyDType>().is_ok_and(|other| other.get().0 == self.0)
    }

    fn __reduce__(&self) -> String {
        self.0.name().to_owned()
    }

    /// The name without a module: `float32`.
    #[getter]
    fn name(&self) -> &'static str {
        self.0.name()
    }

    /// The name that PyTorch's messages use: `Float`.
    #[getter]
    fn scalar_name(&self) -> &'static str {
        self.0.scalar_name()
    }

    /// Bytes of one element.
    #[getter]
    fn itemsize(&self) -> usize {
        self.0.size()
    }

    #[getter]
    fn is_floating_point(&self) -> bool {
        self.0.is_float()
    }

    #[getter]
    fn is_complex(&self) -> bool {
        self.0.is_complex()
    }

    #[getter]
    fn is_signed(&self) -> bool {
        !matches!(self.0, DType::Bool | DType::U8)
    }

    fn to_real(&self, py: Python<'_>) -> PyResult<Py<PyDType>> {
        object(py, self.0.real())
    }

    fn to_complex(&self, py: Python<'_>) -> PyResult<Py<PyDType>> {
        object(py, self.0.complex())
    }
}

/// The smallest dtype that holds both.
#[pyfunction]
pub fn promote_types(py: Python<'_>, a: DTypeArgument, b: DTypeArgument) -> PyResult<Py<PyDType>> {
    object(py, a.0.promote(b.0))
}

/// The dtype of Python floats.
#[pyfunction]
pub fn default_dtype(py: Python<'_>) -> PyResult<Py<PyDType>> {
    object(py, scalar::default_dtype())
}

#[pyfunction]
pub fn set_default_dtype(dtype: DTypeArgument) -> PyResult<()> {
    if !dtype.0.is_float() {
        return Err(PyTypeError::new_err("only floating-point types are supported as the default type"));
    }
    scalar::set_default_dtype(dtype.0);
    Ok(())
}
