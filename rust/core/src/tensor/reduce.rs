//! Reductions, scans and sorts: axes are brought to the end, then a device runs one kernel.

use super::{Tensor, checked_bytes};
use crate::backend::{Operand, Reduction, Scan};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout::{Layout, Shape, wrap_axis};
use smallvec::SmallVec;

impl Reduction {
    fn name(self) -> &'static str {
        match self {
            Reduction::Sum => "sum",
            Reduction::Prod => "prod",
            Reduction::Max => "amax",
            Reduction::Min => "amin",
            Reduction::Argmax => "argmax",
            Reduction::Argmin => "argmin",
            Reduction::Any => "any",
            Reduction::All => "all",
        }
    }

    /// Whether there is a result of no elements.
    fn has_identity(self) -> bool {
        matches!(self, Reduction::Sum | Reduction::Prod | Reduction::Any | Reduction::All)
    }

    /// The dtype of the result for input of `dtype`.
    pub fn result(self, dtype: DType) -> DType {
        match self {
            Reduction::Argmax | Reduction::Argmin => DType::I64,
            Reduction::Any | Reduction::All => DType::Bool,
            _ => dtype,
        }
    }
}

/// The named axes as indices, each once; none named means all.
fn axes_of(axes: &[isize], rank: usize) -> Result<SmallVec<[usize; 6]>> {
    let mut out: SmallVec<[usize; 6]> = SmallVec::new();
    for &axis in axes {
        let a = wrap_axis(axis, rank)?;
        if out.contains(&a) {
            return Err(Error::Invalid(format!("dim {a} appears multiple times in the list of dims")));
        }
        out.push(a);
    }
    out.sort_unstable();
    Ok(out)
}

impl Tensor {
    /// Reduces `axes` (all of them where None). The reduced axes go, or stay with size 1.
    pub fn reduce(&self, kind: Reduction, axes: Option<&[isize]>, keepdim: bool) -> Result<Tensor> {
        let rank = self.rank();
        let reduced = match axes {
            Some(axes) => axes_of(axes, rank)?,
            None => (0..rank).collect(),
        };
        if self.dtype.is_complex()
            && !matches!(kind, Reduction::Sum | Reduction::Prod | Reduction::Any | Reduction::All)
        {
            return Err(Error::Unsupported { op: kind.name(), dtype: self.dtype });
        }
        let is_reduced = |a: &usize| reduced.contains(a);
        let kept: SmallVec<[usize; 6]> = (0..rank).filter(|a| !is_reduced(a)).collect();
        if !kind.has_identity()
            && let Some(&a) = reduced.iter().find(|&&a| a < rank && self.shape()[a] == 0)
        {
            let name = kind.name();
            return Err(if axes.is_none() {
                Error::Invalid(format!(
                    "{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
                ))
            } else {
                Error::Index(format!("{name}(): Expected reduction dim {a} to have non-zero size."))
            });
        }
        let sizes: Shape = kept.iter().map(|&a| self.shape()[a]).collect();
        checked_bytes(&sizes, kind.result(self.dtype), self.backend)?;
        let order: SmallVec<[isize; 6]> =
            kept.iter().chain(reduced.iter().filter(|&&a| a < rank)).map(|&a| a as isize).collect();
        let operand = self.permuted(&order)?;
        let buffer = self.backend.reduce(kind, &operand, rank - kept.len())?;
        let shape: Shape = (0..rank)
            .filter(|a| keepdim || !is_reduced(a))
            .map(|a| if is_reduced(&a) { 1 } else { self.shape()[a] })
            .collect();
        Ok(Tensor::of_buffer(buffer, kind.result(self.dtype), &shape, self.backend))
    }

    fn permuted(&self, order: &[isize]) -> Result<Operand> {
        let mut operand = self.operand()?;
        operand.layout = self.layout.permute(order)?;
        Ok(operand)
    }

    /// This tensor with `axis` last, and the order that brings it back.
    fn axis_last(&self, axis: isize) -> Result<(Operand, SmallVec<[isize; 6]>)> {
        let rank = self.rank();
        let a = self.layout.axis(axis)?;
        if rank == 0 {
            let mut operand = self.operand()?;
            operand.layout = Layout { offset: operand.layout.offset, ..Layout::contiguous(&[1]) };
            return Ok((operand, SmallVec::new()));
        }
        let order: SmallVec<[isize; 6]> = (0..rank).filter(|&i| i != a).chain([a]).map(|i| i as isize).collect();
        let back = (0..rank as isize).map(|i| order.iter().position(|&o| o == i).unwrap_or(0) as isize).collect();
        Ok((self.permuted(&order)?, back))
    }

    /// A result whose axes are in the order of `axis_last`, brought back.
    fn axis_back(&self, buffer: crate::Buffer, dtype: DType, shape: &[usize], back: &[isize]) -> Result<Tensor> {
        let out = Tensor::of_buffer(buffer, dtype, shape, self.backend);
        if self.rank() == 0 {
            return out.reshape(&[]);
        }
        let layout = out.layout.permute(back)?;
        let out = out.with_layout(layout);
        if out.layout.is_contiguous() { Ok(out) } else { out.copy_as(dtype, true) }
    }

    /// A running reduction along `axis`: the values and, for Max and Min, their places.
    pub fn scan(&self, kind: Scan, axis: isize) -> Result<(Tensor, Option<Tensor>)> {
        checked_bytes(self.shape(), self.dtype, self.backend)?;
        let (operand, back) = self.axis_last(axis)?;
        let (values, places) = self.backend.scan(kind, &operand)?;
        let shape = operand.layout.shape;
        let values = self.axis_back(values, self.dtype, &shape, &back)?;
        let places = places.map(|p| self.axis_back(p, DType::I64, &shape, &back)).transpose()?;
        Ok((values, places))
    }

    /// The elements along `axis` in order, equal ones as they stood where `stable`, and their places.
    pub fn sort(&self, axis: isize, descending: bool, stable: bool) -> Result<(Tensor, Tensor)> {
        if self.dtype.is_complex() {
            return Err(Error::Unsupported { op: "sort", dtype: self.dtype });
        }
        checked_bytes(self.shape(), DType::I64, self.backend)?;
        let (operand, back) = self.axis_last(axis)?;
        let (values, places) = match stable {
            true => self.backend.sort(&operand, descending)?,
            false => self.backend.sort_unstably(&operand, descending)?,
        };
        let shape = operand.layout.shape;
        Ok((self.axis_back(values, self.dtype, &shape, &back)?, self.axis_back(places, DType::I64, &shape, &back)?))
    }

    /// The place of the `k`-th least element (from 0) along `axis`, which stays with size 1.
    pub fn kth(&self, k: usize, axis: isize) -> Result<Tensor> {
        let (operand, back) = self.axis_last(axis)?;
        let mut shape = operand.layout.shape.clone();
        let last = shape.len() - 1;
        if k >= shape[last] {
            return Err(Error::Index("selected index k out of range".into()));
        }
        if self.dtype.is_complex() {
            return Err(Error::Unsupported { op: "kthvalue", dtype: self.dtype });
        }
        shape[last] = 1;
        checked_bytes(&shape, DType::I64, self.backend)?;
        let places = self.backend.kth(&operand, k)?;
        self.axis_back(places, DType::I64, &shape, &back)
    }

    /// The `k` largest or smallest along `axis`, in order, and their places.
    pub fn topk(&self, k: isize, axis: isize, largest: bool) -> Result<(Tensor, Tensor)> {
        let (operand, back) = self.axis_last(axis)?;
        let mut shape = operand.layout.shape.clone();
        let last = shape.len() - 1;
        if k < 0 || k as usize > shape[last] {
            return Err(Error::Invalid("selected index k out of range".into()));
        }
        if self.dtype.is_complex() {
            return Err(Error::Unsupported { op: "topk", dtype: self.dtype });
        }
        shape[last] = k as usize;
        checked_bytes(&shape, DType::I64, self.backend)?;
        let (values, places) = self.backend.topk(&operand, k as usize, largest)?;
        Ok((self.axis_back(values, self.dtype, &shape, &back)?, self.axis_back(places, DType::I64, &shape, &back)?))
    }
}
