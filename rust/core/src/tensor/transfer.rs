//! Between devices: copies from one to another, and the refusal of operands that are not together.

use super::{Argument, Tensor};
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::layout::Layout;
use smallvec::SmallVec;

/// A device as PyTorch writes it: `cpu`, `cuda:0`.
pub fn device_name(backend: &dyn Backend) -> String {
    if backend.name() == "cpu" { "cpu".into() } else { format!("{}:0", backend.name()) }
}

fn together(a: &Tensor, b: &Tensor) -> bool {
    a.backend.name() == b.backend.name()
}

fn apart(a: &Tensor, b: &Tensor) -> Error {
    Error::Invalid(format!(
        "Expected all tensors to be on the same device, but found at least two devices, {} and {}!",
        device_name(a.backend),
        device_name(b.backend)
    ))
}

/// Refuses tensors of different devices.
pub(super) fn require_together(first: &Tensor, others: &[&Tensor]) -> Result<()> {
    match others.iter().find(|t| !together(first, t)) {
        Some(other) => Err(apart(first, other)),
        None => Ok(()),
    }
}

/// The operands of an elementwise op on one device: a CPU tensor without axes goes along with any device, as a number.
pub(super) fn gathered<'a>(args: &[Argument<'a>]) -> Result<Option<SmallVec<[Argument<'a>; 3]>>> {
    let tensors: SmallVec<[&Tensor; 3]> = args.iter().filter_map(Argument::tensor).collect();
    let Some(first) = tensors.first() else { return Ok(None) };
    if tensors.iter().all(|t| together(first, t)) {
        return Ok(None);
    }
    let lead = tensors.iter().find(|t| t.backend.name() != "cpu").unwrap_or(first);
    let mut out = SmallVec::new();
    for arg in args {
        out.push(match arg {
            Argument::Tensor(t) if !together(lead, t) => {
                if t.rank() > 0 {
                    return Err(apart(lead, t));
                }
                Argument::Scalar(t.item()?)
            }
            other => *other,
        });
    }
    Ok(Some(out))
}

impl Tensor {
    /// A copy on another device, in the order of this tensor's strides where it is dense; itself where it is there already.
    pub fn to_backend(&self, backend: &'static dyn Backend) -> Result<Tensor> {
        if self.backend.name() == backend.name() {
            return Ok(self.clone());
        }
        let Some(order) = self.layout.dense_order() else {
            return self.to_contiguous()?.to_backend(backend);
        };
        let axes: SmallVec<[isize; 6]> = order.iter().map(|&a| a as isize).collect();
        let bytes = self.with_layout(self.layout.permute(&axes)?).to_bytes()?;
        let flat = Tensor::from_bytes(&bytes, &[self.numel()], self.dtype, backend)?;
        Ok(flat.with_layout(Layout::dense_in_order(self.shape(), &order)))
    }
}
