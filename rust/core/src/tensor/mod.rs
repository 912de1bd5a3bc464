//! Tensor: a storage seen through a layout. One file for each family of ops; all of them check shapes and dtypes here, before
//! a device is asked.

mod assign;
mod complex;
mod elementwise;
mod fast;
mod index;
mod matmul;
mod reduce;
mod transfer;

pub use elementwise::Argument;
pub use fast::{Attention, Convolution, Pooling};
pub use transfer::device_name;

use crate::backend::{Backend, Buffer, Operand};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout::{Layout, checked_numel, require_countable};
use crate::op::Op;
use crate::scalar::Scalar;
use crate::value::{Source, Storage, Value};
use crate::view::infer_shape;
use smallvec::smallvec;
use std::sync::Arc;

/// Elements of one dtype in a storage, read through a layout.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub storage: Arc<Storage>,
    pub layout: Layout,
    pub dtype: DType,
    pub backend: &'static dyn Backend,
}

/// Refuses a shape whose elements no memory of the device could hold.
fn checked_bytes(shape: &[usize], dtype: DType, backend: &dyn Backend) -> Result<usize> {
    let bytes = checked_numel(shape)?.saturating_mul(dtype.size());
    if bytes > backend.capacity() {
        return Err(Error::OutOfMemory { bytes });
    }
    Ok(bytes)
}

/// Refuses a tensor that the device's memory could not hold, before anything is made for it.
pub fn require_room(shape: &[usize], dtype: DType, backend: &dyn Backend) -> Result<()> {
    checked_bytes(shape, dtype, backend).map(|_| ())
}

/// Zeros in host memory, refused where there is not enough of it.
fn room(bytes: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    out.try_reserve_exact(bytes).map_err(|_| Error::OutOfMemory { bytes })?;
    out.resize(bytes, 0);
    Ok(out)
}

impl Tensor {
    /// A tensor over a value that is dense in the layout's order.
    pub fn of_value(value: Arc<Value>, layout: Layout) -> Tensor {
        let (dtype, backend) = (value.dtype, value.backend);
        Tensor { storage: Storage::new(value), layout, dtype, backend }
    }

    /// A row-major tensor over a buffer that holds its elements.
    pub fn of_buffer(buffer: Buffer, dtype: DType, shape: &[usize], backend: &'static dyn Backend) -> Tensor {
        let layout = Layout::contiguous(shape);
        Tensor::of_value(Value::ready(dtype, layout.numel(), backend, buffer), layout)
    }

    /// A tensor with whatever content.
    pub fn empty(shape: &[usize], dtype: DType, backend: &'static dyn Backend) -> Result<Tensor> {
        let buffer = backend.allocate(checked_bytes(shape, dtype, backend)?)?;
        Ok(Tensor::of_buffer(buffer, dtype, shape, backend))
    }

    /// A tensor whose every element is `scalar`.
    pub fn full(shape: &[usize], scalar: Scalar, dtype: DType, backend: &'static dyn Backend) -> Result<Tensor> {
        let bytes = checked_bytes(shape, dtype, backend)?;
        let layout = Layout::contiguous(shape);
        let numel = layout.numel();
        if bytes <= crate::value::deferral().small * 8
            && let Some(buffer) = backend.immediate(Op::copy, dtype, &[crate::Immediate::Scalar(scalar)], numel)
        {
            return Ok(Tensor::of_buffer(buffer?, dtype, shape, backend));
        }
        let value = Value::defer(Op::copy, dtype, layout.shape.clone(), smallvec![Source::Scalar(scalar)], backend)?;
        Ok(Tensor::of_value(value, layout))
    }

    /// A tensor with a copy of host memory as its elements.
    pub fn from_bytes(bytes: &[u8], shape: &[usize], dtype: DType, backend: &'static dyn Backend) -> Result<Tensor> {
        debug_assert_eq!(bytes.len(), shape.iter().product::<usize>() * dtype.size());
        Ok(Tensor::of_buffer(backend.upload(bytes)?, dtype, shape, backend))
    }

    pub fn numel(&self) -> usize {
        self.layout.numel()
    }

    pub fn rank(&self) -> usize {
        self.layout.rank()
    }

    pub fn shape(&self) -> &[usize] {
        &self.layout.shape
    }

    /// The same storage seen through another layout.
    pub fn with_layout(&self, layout: Layout) -> Tensor {
        Tensor { layout, ..self.clone() }
    }

    /// The elements as a kernel reads them, computed now if need be.
    pub fn operand(&self) -> Result<Operand> {
        let value = self.storage.value();
        let buffer = value.buffer()?.clone();
        Ok(Operand { buffer, layout: self.layout.clone(), dtype: self.dtype })
    }

    /// Computes these tensors at once on a device that gains by it; on others they stay pending.
    pub fn evaluate_together(tensors: &[&Tensor]) -> Result<()> {
        let gains = tensors.iter().filter(|t| t.backend.runs_together());
        let values: Vec<Arc<Value>> = gains.map(|t| t.storage.value()).filter(|value| !value.is_ready()).collect();
        crate::value::evaluate_together(&values)
    }

    /// Whether reading costs a computation.
    pub fn is_pending(&self) -> bool {
        !self.storage.value().is_ready()
    }

    /// How this tensor is read as a source of a deferred op; a read as another dtype than the value's is evaluated.
    pub(crate) fn source(&self, layout: Layout) -> Result<Source> {
        let value = self.storage.value();
        if value.dtype == self.dtype {
            return Ok(Source::Value(value, layout));
        }
        let buffer = value.buffer()?.clone();
        let numel = buffer.0.len() / self.dtype.size();
        Ok(Source::Value(Value::ready(self.dtype, numel, self.backend, buffer), layout))
    }

    /// The same elements in a tensor of its own, row-major.
    pub fn to_contiguous(&self) -> Result<Tensor> {
        match self.layout.is_contiguous() {
            true => Ok(self.clone()),
            false => self.copy_as(self.dtype, true),
        }
    }

    /// A row-major copy of a large tensor whose content is there: a device copies between strides faster than a program reads
    /// them.
    fn rearranged(&self) -> Result<Option<Tensor>> {
        let large = self.numel() > crate::value::deferral().small && !self.backend.defers_small();
        if !large || self.layout.is_contiguous() || self.is_pending() {
            return Ok(None);
        }
        let out = Tensor::empty(self.shape(), self.dtype, self.backend)?;
        self.backend.write(&self.operand()?, &out.operand()?)?;
        Ok(Some(out))
    }

    /// A copy in `dtype`, in the order of this tensor's strides or row-major.
    pub fn copy_as(&self, dtype: DType, row_major: bool) -> Result<Tensor> {
        checked_bytes(self.shape(), dtype, self.backend)?;
        if row_major
            && dtype == self.dtype
            && crate::value::deferral().max_nodes > 1
            && let Some(copy) = self.rearranged()?
        {
            return Ok(copy);
        }
        let layout = match self.layout.dense_order() {
            Some(order) if !row_major => Layout::dense_in_order(self.shape(), &order),
            _ if row_major => Layout::contiguous(self.shape()),
            _ => Layout::dense_in_order(self.shape(), &self.layout.stride_order()),
        };
        self.compute(Op::copy, dtype, &[Argument::Tensor(self)], layout)
    }

    /// A copy with some axes reversed.
    pub fn flip(&self, axes: &[isize]) -> Result<Tensor> {
        self.with_layout(self.layout.flip(axes)?).copy_as(self.dtype, true)
    }

    /// This tensor in `dtype`: itself where it is already.
    pub fn to_dtype(&self, dtype: DType) -> Result<Tensor> {
        if self.dtype == dtype { Ok(self.clone()) } else { self.copy_as(dtype, false) }
    }

    /// The elements in a new shape: a view where the layout allows it, else a copy.
    pub fn reshape(&self, shape: &[isize]) -> Result<Tensor> {
        let shape = infer_shape(shape, self.numel())?;
        match self.layout.reshape(&shape) {
            Some(layout) => Ok(self.with_layout(layout)),
            None => {
                let copy = self.copy_as(self.dtype, true)?;
                let layout = Layout::contiguous(&shape);
                Ok(copy.with_layout(layout))
            }
        }
    }

    /// The bytes seen as another dtype: the last axis grows or shrinks with the size of an element.
    pub fn view_dtype(&self, dtype: DType) -> Result<Tensor> {
        let (from, to) = (self.dtype.size(), dtype.size());
        let mut out = Tensor { dtype, ..self.clone() };
        if from == to {
            return Ok(out);
        }
        let refuse = |why: &str| {
            Err(Error::Invalid(format!(
                "self.size(-1) and its strides must allow a view of {} as {} ({from} to {to} bytes an element): {why}",
                self.dtype.scalar_name(),
                dtype.scalar_name()
            )))
        };
        let Some(last) = self.rank().checked_sub(1) else { return refuse("the tensor has no axes") };
        if self.layout.strides[last] != 1 {
            return refuse("the last stride must be 1");
        }
        let l = &mut out.layout;
        if from > to {
            let ratio = from / to;
            l.shape[last] = l.shape[last].saturating_mul(ratio);
            require_countable(&l.shape)?;
            l.offset = l.offset.saturating_mul(ratio);
            l.strides.iter_mut().take(last).for_each(|s| *s = s.saturating_mul(ratio as isize));
            return Ok(out);
        }
        let ratio = to / from;
        let divides = |n: isize| n % ratio as isize == 0;
        if !divides(l.shape[last] as isize)
            || !divides(l.offset as isize)
            || !l.strides[..last].iter().all(|&s| divides(s))
        {
            return refuse("sizes, strides and offset must be divisible");
        }
        l.shape[last] /= ratio;
        l.offset /= ratio;
        l.strides.iter_mut().take(last).for_each(|s| *s /= ratio as isize);
        Ok(out)
    }

    /// The one element of a tensor that has one.
    pub fn item(&self) -> Result<Scalar> {
        if self.numel() != 1 {
            return Err(Error::Invalid(format!(
                "a Tensor with {} elements cannot be converted to Scalar",
                self.numel()
            )));
        }
        let operand = self.operand()?;
        let mut bytes = [0u8; 16];
        let size = self.dtype.size();
        self.backend.download(&operand.buffer, operand.layout.offset * size, &mut bytes[..size])?;
        Ok(scalar_of(self.dtype, &bytes))
    }

    /// The elements row-major in host memory.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        if self.numel() == 0 {
            return Ok(Vec::new());
        }
        let dense = self.to_contiguous()?;
        let operand = dense.operand()?;
        let size = self.dtype.size();
        let mut bytes = room(self.numel() * size)?;
        self.backend.download(&operand.buffer, operand.layout.offset * size, &mut bytes)?;
        Ok(bytes)
    }
}

fn scalar_of(dtype: DType, bytes: &[u8; 16]) -> Scalar {
    fn part<const N: usize>(bytes: &[u8; 16], at: usize) -> [u8; N] {
        std::array::from_fn(|i| bytes[at + i])
    }
    use num_complex::Complex;
    match dtype {
        DType::Bool => Scalar::Bool(bytes[0] != 0),
        DType::U8 => Scalar::Int(bytes[0] as i64),
        DType::I8 => Scalar::Int(bytes[0] as i8 as i64),
        DType::I16 => Scalar::Int(i16::from_ne_bytes(part(bytes, 0)) as i64),
        DType::I32 => Scalar::Int(i32::from_ne_bytes(part(bytes, 0)) as i64),
        DType::I64 => Scalar::Int(i64::from_ne_bytes(part(bytes, 0))),
        DType::F16 => Scalar::Float(half::f16::from_ne_bytes(part(bytes, 0)).to_f64()),
        DType::BF16 => Scalar::Float(half::bf16::from_ne_bytes(part(bytes, 0)).to_f64()),
        DType::F32 => Scalar::Float(f32::from_ne_bytes(part(bytes, 0)) as f64),
        DType::F64 => Scalar::Float(f64::from_ne_bytes(part(bytes, 0))),
        DType::C64 => Scalar::Complex(Complex::new(
            f32::from_ne_bytes(part(bytes, 0)) as f64,
            f32::from_ne_bytes(part(bytes, 4)) as f64,
        )),
        DType::C128 => {
            Scalar::Complex(Complex::new(f64::from_ne_bytes(part(bytes, 0)), f64::from_ne_bytes(part(bytes, 8))))
        }
    }
}
