//! Factorizations of batches of matrices: float64 tensors [..., m, n] in, tensors of the factors out.

use crate::error::raise;
use crate::tensor::PyTensor;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyrite_core::{Backend, DType, Tensor};
use pyrite_cpu::dense;

/// The matrices of a tensor, one after another, with the leading sizes and the last two.
struct Batch {
    values: Vec<f64>,
    leading: Vec<usize>,
    m: usize,
    n: usize,
    /// Where the factors go: factorizations run on the host, whatever device the matrices are on.
    backend: &'static dyn Backend,
}

fn batch(tensor: &Tensor) -> PyResult<Batch> {
    if tensor.dtype != DType::F64 || tensor.rank() < 2 {
        return Err(PyTypeError::new_err("factorizations take float64 matrices"));
    }
    let bytes = raise(tensor.to_bytes())?;
    let values = bytes.chunks_exact(8).map(|b| f64::from_ne_bytes(std::array::from_fn(|i| b[i]))).collect();
    let (leading, last) = tensor.shape().split_at(tensor.rank() - 2);
    Ok(Batch { values, leading: leading.to_vec(), m: last[0], n: last[1], backend: tensor.backend })
}

impl Batch {
    fn count(&self) -> usize {
        self.leading.iter().product()
    }

    /// Refuses factors that, with the copies made of them on the way, exceed the machine's memory.
    fn require_room(&self, m: usize, n: usize) -> PyResult<()> {
        const COPIES: usize = 4;
        let shape = [&self.leading, &[m, n, COPIES][..]].concat();
        raise(pyrite_core::tensor::require_room(&shape, DType::F64, &pyrite_cpu::CPU))
    }

    /// A tensor of the leading sizes and `last`.
    fn tensor(&self, values: &[f64], last: &[usize]) -> PyResult<PyTensor> {
        let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_ne_bytes()).collect();
        let shape = [&self.leading, last].concat();
        raise(Tensor::from_bytes(&bytes, &shape, DType::F64, self.backend)).map(PyTensor)
    }

    fn whole(&self, values: &[i32], last: &[usize]) -> PyResult<PyTensor> {
        let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_ne_bytes()).collect();
        let shape = [&self.leading, last].concat();
        raise(Tensor::from_bytes(&bytes, &shape, DType::I32, self.backend)).map(PyTensor)
    }
}

/// The k-th of equal pieces of `size` elements; empty pieces too.
fn piece(values: &mut [f64], k: usize, size: usize) -> &mut [f64] {
    &mut values[k * size..(k + 1) * size]
}

/// Lower factors, and for each the order of the minor that is not positive definite, or 0.
#[pyfunction]
fn cholesky(py: Python<'_>, a: PyRef<'_, PyTensor>) -> PyResult<(PyTensor, PyTensor)> {
    let mut b = batch(&a.0)?;
    let (count, n) = (b.count(), b.n);
    let info: Vec<i32> =
        py.detach(|| (0..count).map(|k| dense::cholesky::factor(piece(&mut b.values, k, n * n), n)).collect());
    Ok((b.tensor(&b.values, &[n, n])?, b.whole(&info, &[])?))
}

/// Solutions of triangular systems [..., n, n] x = [..., n, m] of one batch shape.
#[pyfunction]
fn solve_triangular(
    py: Python<'_>,
    a: PyRef<'_, PyTensor>,
    right: PyRef<'_, PyTensor>,
    upper: bool,
    unit: bool,
) -> PyResult<PyTensor> {
    let (a, mut b) = (batch(&a.0)?, batch(&right.0)?);
    if a.leading != b.leading || a.m != a.n || a.n != b.m {
        return Err(PyTypeError::new_err("solve_triangular: shapes do not fit"));
    }
    let (n, m) = (b.m, b.n);
    py.detach(|| {
        for k in 0..a.count() {
            dense::cholesky::solve(
                &a.values[k * n * n..(k + 1) * n * n],
                piece(&mut b.values, k, n * m),
                n,
                m,
                upper,
                unit,
            );
        }
    });
    b.tensor(&b.values, &[n, m])
}

/// L and U packed, the rows exchanged (counted from 1), and for each matrix the first pivot that is 0, or 0.
#[pyfunction]
fn lu_factor(py: Python<'_>, a: PyRef<'_, PyTensor>) -> PyResult<(PyTensor, PyTensor, PyTensor)> {
    let mut b = batch(&a.0)?;
    let (count, m, n) = (b.count(), b.m, b.n);
    let size = m.min(n);
    let mut pivots = vec![0i32; count * size];
    let info: Vec<i32> = py.detach(|| {
        (0..count)
            .map(|k| dense::lu::factor(piece(&mut b.values, k, m * n), m, n, &mut pivots[k * size..(k + 1) * size]))
            .collect()
    });
    Ok((b.tensor(&b.values, &[m, n])?, b.whole(&pivots, &[size])?, b.whole(&info, &[])?))
}

/// The packed QR factors and the reflections' tau.
#[pyfunction]
fn geqrf(py: Python<'_>, a: PyRef<'_, PyTensor>) -> PyResult<(PyTensor, PyTensor)> {
    let mut b = batch(&a.0)?;
    let (count, m, n) = (b.count(), b.m, b.n);
    let size = m.min(n);
    let mut tau = vec![0.0; count * size];
    py.detach(|| {
        for k in 0..count {
            dense::qr::factor(piece(&mut b.values, k, m * n), m, n, &mut tau[k * size..(k + 1) * size]);
        }
    });
    Ok((b.tensor(&b.values, &[m, n])?, b.tensor(&tau, &[size])?))
}

/// The products of the reflections whose vectors stand in `a`, in its shape; tau is [..., k].
#[pyfunction]
fn householder_product(py: Python<'_>, a: PyRef<'_, PyTensor>, tau: PyRef<'_, PyTensor>) -> PyResult<PyTensor> {
    let mut b = batch(&a.0)?;
    let (count, m, n) = (b.count(), b.m, b.n);
    let bytes = raise(tau.0.to_bytes())?;
    let factors: Vec<f64> = bytes.chunks_exact(8).map(|x| f64::from_ne_bytes(std::array::from_fn(|i| x[i]))).collect();
    let size = factors.len().checked_div(count).unwrap_or(0);
    if tau.0.dtype != DType::F64 || size > n || n > m {
        return Err(PyTypeError::new_err("householder_product: shapes do not fit"));
    }
    py.detach(|| {
        for k in 0..count {
            let q = dense::qr::product(piece(&mut b.values, k, m * n), m, n, &factors[k * size..(k + 1) * size]);
            piece(&mut b.values, k, m * n).copy_from_slice(&q);
        }
    });
    b.tensor(&b.values, &[m, n])
}

/// Eigenvalues, rising, and eigenvectors of symmetric matrices, of which the lower triangle is read.
#[pyfunction]
fn eigh(py: Python<'_>, a: PyRef<'_, PyTensor>) -> PyResult<(PyTensor, PyTensor)> {
    let mut b = batch(&a.0)?;
    let (count, n) = (b.count(), b.n);
    let (mut values, mut vectors) = (Vec::new(), Vec::new());
    py.detach(|| {
        for k in 0..count {
            let (w, v) = dense::eigen::symmetric(piece(&mut b.values, k, n * n), n);
            values.extend(w);
            vectors.extend(v);
        }
    });
    Ok((b.tensor(&values, &[n])?, b.tensor(&vectors, &[n, n])?))
}

/// Singular value decompositions: U [.., m, m], values, V' [.., n, n]; where not `full`, min(m, n) columns of U and rows of V'.
#[pyfunction]
fn svd(py: Python<'_>, a: PyRef<'_, PyTensor>, full: bool) -> PyResult<(PyTensor, PyTensor, PyTensor)> {
    let mut b = batch(&a.0)?;
    let (count, m, n) = (b.count(), b.m, b.n);
    let size = m.min(n);
    let (columns, rows) = if full { (m, n) } else { (size, size) };
    b.require_room(m, columns)?;
    b.require_room(rows, n)?;
    let (mut left, mut values, mut right) = (Vec::new(), Vec::new(), Vec::new());
    py.detach(|| {
        for k in 0..count {
            let (u, s, v) = dense::svd::decompose(piece(&mut b.values, k, m * n), m, n, full);
            left.extend(u);
            values.extend(s);
            right.extend(v);
        }
    });
    Ok((b.tensor(&left, &[m, columns])?, b.tensor(&values, &[size])?, b.tensor(&right, &[rows, n])?))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(cholesky, module)?)?;
    module.add_function(wrap_pyfunction!(solve_triangular, module)?)?;
    module.add_function(wrap_pyfunction!(lu_factor, module)?)?;
    module.add_function(wrap_pyfunction!(geqrf, module)?)?;
    module.add_function(wrap_pyfunction!(householder_product, module)?)?;
    module.add_function(wrap_pyfunction!(eigh, module)?)?;
    module.add_function(wrap_pyfunction!(svd, module)?)
}
