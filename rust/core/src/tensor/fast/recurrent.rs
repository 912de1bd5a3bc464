//! Steps of recurrent networks, from gates that lie beside one another in rows.

use super::{Tensor, require_together};
use crate::error::Result;
use crate::fast::Fast;

impl Tensor {
    /// The gradients of the gates, `self`, and of the cell state of a long short-term memory.
    pub fn fast_lstm_slopes(&self, g: [&Tensor; 2], cell: &Tensor) -> Result<Option<Vec<Tensor>>> {
        self.step(Fast::LstmSlope, 4, &[g[0], g[1], self, cell], &[self, cell])
    }

    /// The state after a step of a gated recurrent unit with these gates.
    pub fn fast_gru(&self, hidden: &Tensor, state: &Tensor) -> Result<Option<Tensor>> {
        let made = self.step(Fast::Gru, 3, &[self, hidden, state], &[state])?;
        Ok(made.and_then(|made| made.into_iter().next()))
    }

    /// The gradients of the gates, `self`, of what the state gives to them, and of the state.
    pub fn fast_gru_slopes(&self, g: &Tensor, hidden: &Tensor, state: &Tensor) -> Result<Option<Vec<Tensor>>> {
        self.step(Fast::GruSlope, 3, &[g, self, hidden, state], &[self, hidden, state])
    }

    /// An op on matrices, those as wide as `gates` of them and those as wide as one, with results like `outputs`.
    fn step(&self, op: Fast, gates: usize, inputs: &[&Tensor], outputs: &[&Tensor]) -> Result<Option<Vec<Tensor>>> {
        let &[rows, width] = self.shape() else { return Ok(None) };
        let (state, is_whole) = ([rows, width / gates], width.is_multiple_of(gates));
        let fits = |t: &&Tensor| t.dtype == self.dtype && (t.shape() == self.shape() || t.shape() == state);
        if !self.has(&op) || self.numel() == 0 || !is_whole || !inputs.iter().all(fits) {
            return Ok(None);
        }
        require_together(self, inputs)?;
        let made = outputs.iter().map(|like| Tensor::empty(like.shape(), self.dtype, self.backend));
        let made = made.collect::<Result<Vec<_>>>()?;
        let inputs = inputs.iter().map(|t| t.operand().map(Some)).collect::<Result<Vec<_>>>()?;
        let outputs = made.iter().map(Tensor::operand).collect::<Result<Vec<_>>>()?;
        self.backend.fast(&op, &inputs, &outputs)?;
        Ok(Some(made))
    }
}
