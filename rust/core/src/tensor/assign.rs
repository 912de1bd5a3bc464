//! In-place assignment: the one way in which a storage's content changes. See "Aliasing" in ARCHITECTURE.md.

use super::{Argument, Tensor};
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::op::Op;
use crate::value::Value;
use std::sync::Arc;

impl Tensor {
    /// Writes `source` (a tensor that broadcasts to this shape, or a number) into this tensor's elements. Views of the same
    /// storage see it; values that pending readers and saved snapshots hold do not change.
    pub fn assign(&self, source: &Argument<'_>) -> Result<()> {
        if self.layout.may_overlap() {
            return Err(Error::Invalid(
                "unsupported operation: more than one element of the written-to tensor refers to a single memory location. \
                 Please clone() the tensor before performing the operation."
                    .into(),
            ));
        }
        if let Argument::Tensor(t) = source {
            t.layout.broadcast(self.shape())?;
            if t.backend.name() != self.backend.name() {
                return self.assign(&Argument::Tensor(&t.to_backend(self.backend)?));
            }
        }
        if self.numel() == 0 {
            return Ok(());
        }
        let held = self.storage.value();
        if !held.is_shared() && self.dtype == held.dtype && self.covers(&held) {
            let written = self.compute(Op::copy, self.dtype, &[*source], self.layout.clone())?;
            drop(held);
            self.storage.set(written.storage.value());
            return Ok(());
        }
        let from = self.apart_from(source)?;
        let target = self.writable(held)?;
        self.backend.write(&from, &target)?;
        self.storage.count_write();
        Ok(())
    }

    /// The elements to write, in memory that the write does not touch: the source's own, where that is sure.
    fn apart_from(&self, source: &Argument<'_>) -> Result<crate::Operand> {
        if let Argument::Tensor(t) = source
            && !Arc::ptr_eq(&t.storage, &self.storage)
        {
            let mut operand = t.operand()?;
            if !operand.buffer.is_shared() {
                operand.layout = t.layout.broadcast(self.shape())?;
                return Ok(operand);
            }
        }
        self.compute(Op::copy, self.dtype, &[*source], Layout::contiguous(self.shape()))?.operand()
    }

    /// Takes over the content of another tensor of the same shape, without a copy where both lie alike: values are immutable.
    pub fn replace(&self, fresh: &Tensor) -> Result<()> {
        let held = self.storage.value();
        let value = fresh.storage.value();
        let here = fresh.backend.name() == self.backend.name();
        let alike = here && fresh.layout == self.layout && fresh.dtype == self.dtype && value.dtype == self.dtype;
        let private = !held.is_shared() && held.dtype == self.dtype && self.covers(&held) && !self.layout.may_overlap();
        if alike && private && value.numel == held.numel && !value.is_shared() {
            drop(held);
            self.storage.set(value);
            return Ok(());
        }
        drop((held, value));
        self.assign(&Argument::Tensor(fresh))
    }

    /// Whether an in-place op on this tensor with `source` as an operand is refused: both dense, in one storage, sharing some
    /// places without being the same.
    pub fn overlaps_in_part(&self, source: &Tensor) -> bool {
        let dense = |t: &Tensor| t.numel() > 0 && t.layout.dense_order().is_some();
        if !Arc::ptr_eq(&self.storage, &source.storage) || !dense(self) || !dense(source) {
            return false;
        }
        let bytes = |t: &Tensor| {
            let (start, end) = t.layout.span();
            (start * t.dtype.size(), end * t.dtype.size())
        };
        let (own, other) = (bytes(self), bytes(source));
        if own == other {
            return self.layout.strides != source.layout.strides;
        }
        own.0 < other.1 && other.0 < own.1
    }

    /// Whether this tensor is its whole storage, in any order.
    fn covers(&self, value: &Value) -> bool {
        self.layout.offset == 0 && self.numel() == value.numel && self.layout.dense_order().is_some()
    }

    /// This tensor as a place to write: the storage's value made ready, and its own where something else holds it.
    pub fn writable(&self, held: Arc<Value>) -> Result<crate::Operand> {
        held.buffer()?;
        let shared = held.is_shared();
        let buffer = held.buffer()?;
        if !shared && (Arc::strong_count(&held) > 2 || Arc::strong_count(&buffer.0) > 1 || buffer.0.is_read_only())
            || (shared && buffer.0.is_read_only())
        {
            let own = self.backend.copy(buffer)?;
            self.storage.set(Value::ready(held.dtype, held.numel, self.backend, own));
        }
        drop(held);
        let value = self.storage.value();
        let buffer = value.buffer()?.clone();
        Ok(crate::Operand { buffer, layout: self.layout.clone(), dtype: self.dtype })
    }
}
