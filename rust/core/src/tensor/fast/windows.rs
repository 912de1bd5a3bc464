//! Tensors as ops on windows see them: the last one to three axes as three.

use crate::backend::Operand;
use crate::dtype::DType;
use crate::error::Result;
use crate::fast::Fast;
use crate::layout::Layout;
use crate::tensor::{Tensor, checked_bytes, transfer::require_together};

/// The layout with its last `axes` axes as three, those of size 1 in front.
fn in_space(layout: &Layout, axes: usize) -> Layout {
    let mut layout = layout.clone();
    let at = layout.rank() - axes;
    for _ in axes..3 {
        layout.shape.insert(at, 1);
        layout.strides.insert(at, 0);
    }
    layout
}

impl Tensor {
    /// The elements as a kernel reads them; a vector has no space.
    fn in_space(&self, axes: usize) -> Result<Operand> {
        let operand = self.operand()?;
        if self.rank() <= axes {
            return Ok(operand);
        }
        Ok(Operand { layout: in_space(&operand.layout, axes), ..operand })
    }

    /// New tensors that an op makes of others, all with as many spatial axes; None where anything is empty or the device has no
    /// kernel.
    pub(super) fn over_windows(
        &self,
        op: Fast,
        inputs: &[Option<&Tensor>],
        axes: usize,
        outputs: &[(&[usize], DType)],
    ) -> Result<Option<Vec<Tensor>>> {
        let given: Vec<&Tensor> = inputs.iter().copied().flatten().collect();
        require_together(self, &given)?;
        let is_empty = given.iter().any(|t| t.numel() == 0) || outputs.iter().any(|(shape, _)| shape.contains(&0));
        if !self.has(&op) || is_empty {
            return Ok(None);
        }
        for &(shape, dtype) in outputs {
            checked_bytes(shape, dtype, self.backend)?;
        }
        let operand = |t: &Option<&Tensor>| t.map(|t| t.in_space(axes)).transpose();
        let operands = inputs.iter().map(operand).collect::<Result<Vec<_>>>()?;
        let made = |&(shape, dtype): &(&[usize], DType)| Tensor::empty(shape, dtype, self.backend);
        let made = outputs.iter().map(made).collect::<Result<Vec<_>>>()?;
        let targets = made.iter().map(|t| t.in_space(axes)).collect::<Result<Vec<_>>>()?;
        self.backend.fast(&op, &operands, &targets)?;
        Ok(Some(made))
    }
}
