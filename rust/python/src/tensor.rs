//! The core's tensors in Python: handles without gradients. Every method checks and computes in `pyrite-core`.

use crate::argument::{Number, Operand, to_python};
use crate::dtype::{DTypeArgument, PyDType, object};
use crate::error::raise;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pyclass::CompareOp;
use pyo3::types::{PyBytes, PyTuple};
use pyrite_core::range::Range;
use pyrite_core::tensor::Argument;
use pyrite_core::value::deferral;
use pyrite_core::{Backend, Combine, DType, Op, Reduction, Scalar, Scan, Storage, Tensor};

/// A tensor without gradients: a storage seen through a layout.
#[pyclass(frozen, name = "Tensor", module = "pyrite._core", weakref)]
pub struct PyTensor(pub Tensor);

impl From<Tensor> for PyTensor {
    fn from(tensor: Tensor) -> PyTensor {
        PyTensor(tensor)
    }
}

/// Runs core work on these tensors; other Python threads run meanwhile where it may take long or wait for a lock.
pub fn work<T: Send>(
    py: Python<'_>,
    tensors: &[&Tensor],
    run: impl FnOnce() -> pyrite_core::Result<T> + Send,
) -> PyResult<T> {
    let small = deferral().small;
    let quick = small > 0 && tensors.iter().all(|t| t.numel() <= small);
    raise(if quick { run() } else { py.detach(run) })
}

fn many(
    py: Python<'_>,
    tensors: &[&Tensor],
    run: impl FnOnce() -> pyrite_core::Result<Tensor> + Send,
) -> PyResult<PyTensor> {
    work(py, tensors, run).map(PyTensor)
}

pub fn elementwise(py: Python<'_>, op: Op, dtype: Option<DType>, operands: &[&Operand<'_, '_>]) -> PyResult<PyTensor> {
    if operands.len() != op.arity() {
        let (name, n) = (op.name(), op.arity());
        return Err(PyTypeError::new_err(format!("{name}() takes {n} operands, got {}", operands.len())));
    }
    let mut few = [Argument::Scalar(pyrite_core::Scalar::Bool(false)); 3];
    for (slot, operand) in few.iter_mut().zip(operands) {
        *slot = operand.argument();
    }
    let args = &few[..operands.len()];
    let small = deferral().small;
    let quick = small > 0
        && args
            .iter()
            .all(|a| matches!(a, Argument::Tensor(t) if t.numel() <= small) || matches!(a, Argument::Scalar(_)));
    let run = || match dtype {
        Some(dtype) => Tensor::elementwise_in(op, dtype, args),
        None => Tensor::elementwise(op, args),
    };
    raise(if quick { run() } else { py.detach(run) }).map(PyTensor)
}

fn op_of(code: u8) -> PyResult<Op> {
    Op::ALL
        .get(code as usize)
        .copied()
        .ok_or_else(|| PyValueError::new_err(format!("no elementwise op has the code {code}")))
}

#[pyfunction]
pub fn unary(py: Python<'_>, code: u8, x: Operand<'_, '_>) -> PyResult<PyTensor> {
    elementwise(py, op_of(code)?, None, &[&x])
}

#[pyfunction]
pub fn binary(py: Python<'_>, code: u8, x: Operand<'_, '_>, y: Operand<'_, '_>) -> PyResult<PyTensor> {
    elementwise(py, op_of(code)?, None, &[&x, &y])
}

#[pyfunction]
pub fn ternary(
    py: Python<'_>,
    code: u8,
    x: Operand<'_, '_>,
    y: Operand<'_, '_>,
    z: Operand<'_, '_>,
) -> PyResult<PyTensor> {
    elementwise(py, op_of(code)?, None, &[&x, &y, &z])
}

/// An elementwise op in a given dtype, to which the operands are converted.
#[pyfunction]
#[pyo3(signature = (code, dtype, *operands))]
pub fn elementwise_in(
    py: Python<'_>,
    code: u8,
    dtype: DTypeArgument,
    operands: &Bound<'_, PyTuple>,
) -> PyResult<PyTensor> {
    let items: Vec<Bound<'_, PyAny>> = operands.iter().collect();
    let operands: Vec<Operand<'_, '_>> = items.iter().map(|x| x.extract()).collect::<PyResult<_>>()?;
    let borrowed: Vec<&Operand<'_, '_>> = operands.iter().collect();
    elementwise(py, op_of(code)?, Some(dtype.0), &borrowed)
}

/// The dtype that these operands meet in, before an op's own needs.
#[pyfunction]
#[pyo3(signature = (*operands))]
pub fn result_type(py: Python<'_>, operands: &Bound<'_, PyTuple>) -> PyResult<Py<PyDType>> {
    let mut promotion = pyrite_core::scalar::Promotion::default();
    for item in operands.iter() {
        match item.extract::<Operand<'_, '_>>()? {
            Operand::Tensor(t) => promotion.tensor(t.get().0.dtype, t.get().0.rank()),
            Operand::Number(s) => promotion.number(s),
        }
    }
    object(py, promotion.dtype())
}

fn filled(
    py: Python<'_>,
    shape: &[usize],
    value: Scalar,
    dtype: DType,
    backend: &'static dyn Backend,
) -> PyResult<PyTensor> {
    let run = || Tensor::full(shape, value, dtype, backend);
    let quick = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).is_some_and(|n| n <= deferral().small);
    raise(if quick { run() } else { py.detach(run) }).map(PyTensor)
}

/// A tensor whose every element is `value`.
#[pyfunction]
#[pyo3(signature = (shape, value, dtype, device = "cpu"))]
pub fn full(
    py: Python<'_>,
    shape: Vec<usize>,
    value: Number,
    dtype: DTypeArgument,
    device: &str,
) -> PyResult<PyTensor> {
    filled(py, &shape, value.0, dtype.0, crate::device::backend(device)?)
}

/// `numel` numbers `first + i step`.
#[pyfunction]
#[pyo3(signature = (first, step, numel, dtype, device = "cpu"))]
pub fn arange(
    py: Python<'_>,
    first: Number,
    step: Number,
    numel: usize,
    dtype: DTypeArgument,
    device: &str,
) -> PyResult<PyTensor> {
    ranged(py, Range::steps(first.0, step.0, dtype.0, numel), device)
}

/// `numel` numbers from `first` to `last`, both included, evenly apart.
#[pyfunction]
#[pyo3(signature = (first, last, numel, dtype, device = "cpu"))]
pub fn linspace(
    py: Python<'_>,
    first: Number,
    last: Number,
    numel: usize,
    dtype: DTypeArgument,
    device: &str,
) -> PyResult<PyTensor> {
    ranged(py, Range::between(first.0, last.0, dtype.0, numel), device)
}

fn ranged(py: Python<'_>, range: pyrite_core::Result<Range>, device: &str) -> PyResult<PyTensor> {
    let (range, backend) = (raise(range)?, crate::device::backend(device)?);
    let make = || Tensor::range(&range, backend);
    raise(if range.numel <= deferral().small { make() } else { py.detach(make) }).map(PyTensor)
}

/// A tensor with whatever content.
#[pyfunction]
#[pyo3(signature = (shape, dtype, device = "cpu"))]
pub fn empty(shape: Vec<usize>, dtype: DTypeArgument, device: &str) -> PyResult<PyTensor> {
    raise(Tensor::empty(&shape, dtype.0, crate::device::backend(device)?)).map(PyTensor)
}

fn combine(name: &str) -> PyResult<Combine> {
    Ok(match name {
        "set" => Combine::Set,
        "add" => Combine::Add,
        "mul" => Combine::Mul,
        "max" => Combine::Max,
        "min" => Combine::Min,
        _ => return Err(PyValueError::new_err(format!("unknown combination {name}"))),
    })
}

fn index_list<'a>(indices: &'a [Option<PyRef<'_, PyTensor>>]) -> Vec<Option<&'a Tensor>> {
    indices.iter().map(|i| i.as_ref().map(|t| &t.0)).collect()
}

/// An operator of Python between tensors and numbers; NotImplemented for anything else.
macro_rules! operator {
    ($py:ident, $op:expr, $($x:expr),+) => {{
        let operands = [$($x.extract::<Operand<'_, '_>>()),+];
        if operands.iter().any(|o| o.is_err()) {
            return Ok($py.NotImplemented());
        }
        let operands: Vec<Operand<'_, '_>> = operands.into_iter().flatten().collect();
        let borrowed: Vec<&Operand<'_, '_>> = operands.iter().collect();
        Ok(Py::new($py, elementwise($py, $op, None, &borrowed)?)?.into_any())
    }};
}

type Object = PyResult<Py<PyAny>>;

#[pymethods]
impl PyTensor {
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.shape())
    }

    #[getter]
    fn dtype(&self, py: Python<'_>) -> PyResult<Py<PyDType>> {
        object(py, self.0.dtype)
    }

    #[getter]
    fn ndim(&self) -> usize {
        self.0.rank()
    }

    /// The name of the backend: `cpu`.
    #[getter]
    fn backend(&self) -> &'static str {
        self.0.backend.name()
    }

    #[getter]
    fn strides<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.layout.strides.iter())
    }

    #[getter]
    fn offset(&self) -> usize {
        self.0.layout.offset
    }

    /// How often the storage's content has been changed.
    #[getter]
    fn writes(&self) -> u64 {
        self.0.storage.writes()
    }

    /// A new tensor on the same device whose every element is `value`.
    fn filled(&self, py: Python<'_>, shape: Vec<usize>, value: Number, dtype: DTypeArgument) -> PyResult<PyTensor> {
        filled(py, &shape, value.0, dtype.0, self.0.backend)
    }

    /// A new tensor on the same device with whatever content.
    fn unfilled(&self, shape: Vec<usize>, dtype: DTypeArgument) -> PyResult<PyTensor> {
        raise(Tensor::empty(&shape, dtype.0, self.0.backend)).map(PyTensor)
    }

    /// A copy on another device; the tensor itself where it is there already.
    fn to_backend(&self, py: Python<'_>, device: &str) -> PyResult<PyTensor> {
        let backend = crate::device::backend(device)?;
        raise(py.detach(|| self.0.to_backend(backend))).map(PyTensor)
    }

    /// A number that is the same for all tensors of one storage.
    #[getter]
    fn storage_id(&self) -> usize {
        std::sync::Arc::as_ptr(&self.0.storage) as usize
    }

    /// Elements that the storage holds.
    #[getter]
    fn storage_numel(&self) -> usize {
        let value = self.0.storage.value();
        value.numel * value.dtype.size() / self.0.dtype.size()
    }

    fn numel(&self) -> usize {
        self.0.numel()
    }

    fn is_contiguous(&self) -> bool {
        self.0.layout.is_contiguous()
    }

    fn is_dense(&self) -> bool {
        self.0.layout.dense_order().is_some()
    }

    fn may_overlap(&self) -> bool {
        self.0.layout.may_overlap()
    }

    /// Whether an in-place op on this tensor with `source` as an operand is refused.
    fn overlaps_in_part(&self, source: PyRef<'_, PyTensor>) -> bool {
        self.0.overlaps_in_part(&source.0)
    }

    fn is_pending(&self) -> bool {
        self.0.is_pending()
    }

    /// Whether someone outside can write to the content.
    fn is_shared(&self) -> bool {
        self.0.storage.value().is_shared()
    }

    /// The content as it is now, in a storage of its own; nothing is copied.
    fn snapshot(&self) -> PyTensor {
        PyTensor(Tensor { storage: Storage::new(self.0.storage.value()), ..self.0.clone() })
    }

    /// Another handle of the same storage.
    fn alias(&self) -> PyTensor {
        PyTensor(self.0.clone())
    }

    /// Computes what is pending.
    fn evaluate(&self, py: Python<'_>) -> PyResult<()> {
        work(py, &[&self.0], || self.0.operand().map(|_| ()))
    }

    fn data_ptr(&self, py: Python<'_>) -> PyResult<usize> {
        let operand = work(py, &[&self.0], || self.0.operand())?;
        let start = operand.buffer.0.host().map_or(0, |p| p as usize);
        Ok(start + operand.layout.offset * operand.dtype.size())
    }

    // Views

    fn permute(&self, axes: Vec<isize>) -> PyResult<PyTensor> {
        Ok(self.0.with_layout(raise(self.0.layout.permute(&axes))?).into())
    }

    fn transpose(&self, a: isize, b: isize) -> PyResult<PyTensor> {
        Ok(self.0.with_layout(raise(self.0.layout.transpose(a, b))?).into())
    }

    /// `length` elements of an axis from `start`, every `step`-th.
    fn slice(&self, axis: isize, start: usize, length: usize, step: usize) -> PyResult<PyTensor> {
        Ok(self.0.with_layout(raise(self.0.layout.slice(axis, start, length, step))?).into())
    }

    fn select(&self, axis: isize, index: isize) -> PyResult<PyTensor> {
        Ok(self.0.with_layout(raise(self.0.layout.select(axis, index))?).into())
    }

    fn unsqueeze(&self, axis: isize) -> PyResult<PyTensor> {
        Ok(self.0.with_layout(raise(self.0.layout.unsqueeze(axis))?).into())
    }

    #[pyo3(signature = (axes = None))]
    fn squeeze(&self, axes: Option<Vec<isize>>) -> PyResult<PyTensor> {
        Ok(self.0.with_layout(raise(self.0.layout.squeeze(axes.as_deref()))?).into())
    }

    fn expand(&self, shape: Vec<isize>) -> PyResult<PyTensor> {
        Ok(self.0.with_layout(raise(self.0.layout.expand(&shape))?).into())
    }

    fn diagonal(&self, offset: isize, axis1: isize, axis2: isize) -> PyResult<PyTensor> {
        Ok(self.0.with_layout(raise(self.0.layout.diagonal(offset, axis1, axis2))?).into())
    }

    fn unfold(&self, axis: isize, size: isize, step: isize) -> PyResult<PyTensor> {
        Ok(self.0.with_layout(raise(self.0.layout.unfold(axis, size, step))?).into())
    }

    fn as_strided(&self, shape: Vec<isize>, strides: Vec<isize>, offset: isize) -> PyResult<PyTensor> {
        let layout = raise(pyrite_core::Layout::as_strided(&shape, &strides, offset, self.storage_numel()))?;
        Ok(self.0.with_layout(layout).into())
    }

    /// The same elements under a new shape, or None where only a copy could be.
    fn view(&self, shape: Vec<isize>) -> PyResult<Option<PyTensor>> {
        let shape = raise(pyrite_core::infer_shape(&shape, self.0.numel()))?;
        Ok(self.0.layout.reshape(&shape).map(|layout| self.0.with_layout(layout).into()))
    }

    fn reshape(&self, py: Python<'_>, shape: Vec<isize>) -> PyResult<PyTensor> {
        many(py, &[&self.0], || self.0.reshape(&shape))
    }

    fn view_dtype(&self, dtype: DTypeArgument) -> PyResult<PyTensor> {
        raise(self.0.view_dtype(dtype.0)).map(PyTensor)
    }

    /// Complex numbers as pairs of real ones along a new last axis.
    fn view_as_real(&self) -> PyResult<PyTensor> {
        raise(self.0.view_as_real()).map(PyTensor)
    }

    /// Pairs along the last axis as complex numbers.
    fn view_as_complex(&self) -> PyResult<PyTensor> {
        raise(self.0.view_as_complex()).map(PyTensor)
    }

    // Copies and writes

    /// A copy in `dtype`, row-major or in the order of the strides.
    fn copy(&self, py: Python<'_>, dtype: DTypeArgument, row_major: bool) -> PyResult<PyTensor> {
        many(py, &[&self.0], || self.0.copy_as(dtype.0, row_major))
    }

    /// A copy with some axes reversed.
    fn flip(&self, py: Python<'_>, axes: Vec<isize>) -> PyResult<PyTensor> {
        many(py, &[&self.0], || self.0.flip(&axes))
    }

    fn to_dtype(&self, py: Python<'_>, dtype: DTypeArgument) -> PyResult<PyTensor> {
        many(py, &[&self.0], || self.0.to_dtype(dtype.0))
    }

    fn contiguous(&self, py: Python<'_>) -> PyResult<PyTensor> {
        many(py, &[&self.0], || self.0.to_contiguous())
    }

    /// Writes a tensor that broadcasts to this shape, or a number, into the elements.
    fn assign(&self, py: Python<'_>, source: Operand<'_, '_>) -> PyResult<()> {
        let argument = source.argument();
        work(py, &[&self.0], || self.0.assign(&argument))
    }

    /// Takes over the content of a tensor just computed.
    fn replace(&self, py: Python<'_>, fresh: PyRef<'_, PyTensor>) -> PyResult<()> {
        let fresh = &fresh.0;
        work(py, &[&self.0], || self.0.replace(fresh))
    }

    fn item<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let scalar = work(py, &[&self.0], || self.0.item())?;
        to_python(py, scalar)
    }

    fn tobytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = work(py, &[&self.0], || self.0.to_bytes())?;
        Ok(PyBytes::new(py, &bytes))
    }

    // Kernels

    /// sum, prod, max, min, argmax, argmin, any or all over axes (None: all of them).
    fn reduce(&self, py: Python<'_>, kind: &str, axes: Option<Vec<isize>>, keepdim: bool) -> PyResult<PyTensor> {
        let kind = match kind {
            "sum" => Reduction::Sum,
            "prod" => Reduction::Prod,
            "max" => Reduction::Max,
            "min" => Reduction::Min,
            "argmax" => Reduction::Argmax,
            "argmin" => Reduction::Argmin,
            "any" => Reduction::Any,
            "all" => Reduction::All,
            _ => return Err(PyValueError::new_err(format!("unknown reduction {kind}"))),
        };
        many(py, &[&self.0], || self.0.reduce(kind, axes.as_deref(), keepdim))
    }

    /// A running sum, prod, max, min or logsumexp along an axis: values and, for max and min, places.
    fn scan(&self, py: Python<'_>, kind: &str, axis: isize) -> PyResult<(PyTensor, Option<PyTensor>)> {
        let kind = match kind {
            "sum" => Scan::Sum,
            "prod" => Scan::Prod,
            "max" => Scan::Max,
            "min" => Scan::Min,
            "logsumexp" => Scan::LogSumExp,
            _ => return Err(PyValueError::new_err(format!("unknown scan {kind}"))),
        };
        let (values, places) = work(py, &[&self.0], || self.0.scan(kind, axis))?;
        Ok((values.into(), places.map(PyTensor)))
    }

    /// The place of the `k`-th least element (from 0) along an axis, which stays with size 1.
    fn kth(&self, py: Python<'_>, k: usize, axis: isize) -> PyResult<PyTensor> {
        many(py, &[&self.0], || self.0.kth(k, axis))
    }

    #[pyo3(signature = (axis, descending, stable = true))]
    fn sort(&self, py: Python<'_>, axis: isize, descending: bool, stable: bool) -> PyResult<(PyTensor, PyTensor)> {
        let (values, places) = work(py, &[&self.0], || self.0.sort(axis, descending, stable))?;
        Ok((values.into(), places.into()))
    }

    fn topk(&self, py: Python<'_>, k: isize, axis: isize, largest: bool) -> PyResult<(PyTensor, PyTensor)> {
        let (values, places) = work(py, &[&self.0], || self.0.topk(k, axis, largest))?;
        Ok((values.into(), places.into()))
    }

    fn matmul(&self, py: Python<'_>, other: PyRef<'_, PyTensor>) -> PyResult<PyTensor> {
        let other = &other.0;
        many(py, &[&self.0, other], || self.0.matmul(other))
    }

    fn gather(&self, py: Python<'_>, axis: isize, index: PyRef<'_, PyTensor>) -> PyResult<PyTensor> {
        let index = &index.0;
        many(py, &[&self.0, index], || self.0.gather(axis, index))
    }

    /// Scatters `source` into this tensor, combined by set, add, mul, max or min.
    fn scatter(
        &self,
        py: Python<'_>,
        axis: isize,
        index: PyRef<'_, PyTensor>,
        source: PyRef<'_, PyTensor>,
        how: &str,
    ) -> PyResult<()> {
        let (index, source, how) = (&index.0, &source.0, combine(how)?);
        work(py, &[&self.0, index, source], || self.0.scatter(axis, index, source, how))
    }

    /// Reads by index tensors; None leaves an axis whole.
    fn index(&self, py: Python<'_>, indices: Vec<Option<PyRef<'_, PyTensor>>>) -> PyResult<PyTensor> {
        let indices = index_list(&indices);
        many(py, &[&self.0], || self.0.index(&indices))
    }

    /// What stands at these places of an axis; none counts from the end.
    fn index_select(&self, py: Python<'_>, dim: isize, index: PyRef<'_, PyTensor>) -> PyResult<PyTensor> {
        let index = &index.0;
        many(py, &[&self.0, index], || self.0.index_select(dim, index))
    }

    fn index_put(
        &self,
        py: Python<'_>,
        indices: Vec<Option<PyRef<'_, PyTensor>>>,
        source: PyRef<'_, PyTensor>,
        accumulate: bool,
    ) -> PyResult<()> {
        let (indices, source) = (index_list(&indices), &source.0);
        work(py, &[&self.0, source], || self.0.index_put(&indices, source, accumulate))
    }

    /// Writes at these places of an axis; none counts from the end.
    fn put_along(
        &self,
        py: Python<'_>,
        dim: isize,
        index: PyRef<'_, PyTensor>,
        source: PyRef<'_, PyTensor>,
        accumulate: bool,
    ) -> PyResult<()> {
        let (index, source) = (&index.0, &source.0);
        work(py, &[&self.0, index, source], || self.0.put_along(dim, index, source, accumulate))
    }

    fn nonzero(&self, py: Python<'_>) -> PyResult<PyTensor> {
        many(py, &[&self.0], || self.0.nonzero())
    }

    // Operators, for gradient rules that run on handles

    fn __add__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> Object {
        let py = slf.py();
        operator!(py, Op::add, slf.as_any(), other)
    }

    fn __radd__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> Object {
        let py = slf.py();
        operator!(py, Op::add, other, slf.as_any())
    }

    fn __sub__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> Object {
        let py = slf.py();
        operator!(py, Op::sub, slf.as_any(), other)
    }

    fn __rsub__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> Object {
        let py = slf.py();
        operator!(py, Op::sub, other, slf.as_any())
    }

    fn __mul__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> Object {
        let py = slf.py();
        operator!(py, Op::mul, slf.as_any(), other)
    }

    fn __rmul__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> Object {
        let py = slf.py();
        operator!(py, Op::mul, other, slf.as_any())
    }

    fn __truediv__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> Object {
        let py = slf.py();
        operator!(py, Op::div, slf.as_any(), other)
    }

    fn __rtruediv__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> Object {
        let py = slf.py();
        operator!(py, Op::div, other, slf.as_any())
    }

    fn __neg__(slf: &Bound<'_, Self>) -> Object {
        let py = slf.py();
        operator!(py, Op::neg, slf.as_any())
    }

    fn __richcmp__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>, how: CompareOp) -> Object {
        let py = slf.py();
        let op = match how {
            CompareOp::Lt => Op::lt,
            CompareOp::Le => Op::le,
            CompareOp::Eq => Op::eq,
            CompareOp::Ne => Op::ne,
            CompareOp::Gt => Op::gt,
            CompareOp::Ge => Op::ge,
        };
        operator!(py, op, slf.as_any(), other)
    }

    fn __hash__(slf: &Bound<'_, Self>) -> usize {
        slf.as_ptr() as usize
    }
}
