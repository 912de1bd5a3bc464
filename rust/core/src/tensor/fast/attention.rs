//! Scaled dot-product attention.

use super::super::{Tensor, transfer::require_together};
use crate::backend::Operand;
use crate::dtype::DType;
use crate::error::Result;
use crate::fast::{Dropout, Fast};
use crate::layout::{Layout, Shape};
use crate::random::{Draw, Law, Philox};

/// What an attention is computed from, and how.
#[derive(Clone, Copy)]
pub struct Attention<'a> {
    pub query: &'a Tensor,
    pub key: &'a Tensor,
    pub value: &'a Tensor,
    pub mask: Option<&'a Tensor>,
    pub scale: f64,
    pub is_causal: bool,
    /// Whether several query heads may share a key head.
    pub shares_heads: bool,
    /// The probability with which a weight stays, and where the generator stands that decides.
    pub dropout: Option<(f64, Philox)>,
}

/// All axes before the last three as one, and one of size 1 where there are fewer.
fn by_heads(layout: &Layout) -> Option<Layout> {
    let (leading, matrix) = layout.shape.split_at(layout.rank().checked_sub(2)?);
    let (heads, batch) = leading.split_last().map_or((1, 1), |(&heads, batch)| (heads, batch.iter().product()));
    layout.reshape(&[batch, heads, matrix[0], matrix[1]])
}

/// A tensor for a result, which lies in memory in the order of axes of `like`.
fn result(shape: &[usize], like: &Tensor) -> Result<Tensor> {
    let layout = Layout::dense_in_order(shape, &like.layout.stride_order());
    Ok(Tensor::empty(shape, like.dtype, like.backend)?.with_layout(layout))
}

fn heads_of(tensor: &Tensor) -> Result<Option<Operand>> {
    let Some(layout) = by_heads(&tensor.layout) else { return Ok(None) };
    Ok(Some(Operand { layout, ..tensor.operand()? }))
}

/// A row-major tensor of a number for each query, by heads as `like` is.
fn lines_of(tensor: &Tensor, like: &Operand) -> Result<Operand> {
    Ok(Operand { layout: Layout::contiguous(&like.layout.shape[..3]), ..tensor.to_contiguous()?.operand()? })
}

impl Attention<'_> {
    /// Whether the shapes and dtypes are those that kernels take.
    fn is_plain(&self) -> bool {
        let Attention { query, key, value, mask, .. } = *self;
        let (rank, dtype) = (query.rank(), query.dtype);
        if rank < 2 || [key, value].iter().any(|t| t.rank() != rank || t.dtype != dtype) {
            return false;
        }
        let (q, k, v) = (query.shape(), key.shape(), value.shape());
        let batch = rank.saturating_sub(3);
        let heads = |shape: &[usize]| if rank > 2 { shape[rank - 3] } else { 1 };
        let is_shared = heads(k) == 1 || self.shares_heads && heads(k) > 0 && heads(q).is_multiple_of(heads(k));
        let fits = q[..batch] == k[..batch]
            && k[..rank - 1] == v[..rank - 1]
            && q[rank - 1] == k[rank - 1]
            && (heads(q) == heads(k) || is_shared);
        fits && ![q, k, v].iter().any(|shape| shape.contains(&0))
            && mask.is_none_or(|mask| !self.is_causal && (mask.dtype == DType::Bool || mask.dtype == dtype))
    }

    fn size(&self) -> usize {
        self.query.shape().last().max(self.value.shape().last()).copied().unwrap_or(0)
    }

    /// The query, key, value and mask by heads; None where they cannot be laid out so.
    fn operands(&self) -> Result<Option<[Option<Operand>; 4]>> {
        let (q, k, v) = (heads_of(self.query)?, heads_of(self.key)?, heads_of(self.value)?);
        if q.is_none() || k.is_none() || v.is_none() {
            return Ok(None);
        }
        let Some(mask) = self.mask else { return Ok(Some([q, k, v, None])) };
        let rank = self.query.rank();
        let mut shape = Shape::from_slice(&self.query.shape()[..rank - 1]);
        shape.push(self.key.shape()[rank - 2]);
        let Ok(layout) = mask.layout.broadcast(&shape) else { return Ok(None) };
        let mask = heads_of(&mask.with_layout(layout))?;
        Ok(mask.is_some().then_some([q, k, v, mask]))
    }

    fn dropout(&self) -> Option<Dropout> {
        let (p, Philox { seed, offset }) = self.dropout?;
        let rows = Layout::contiguous(&by_heads(&Layout::contiguous(self.query.shape()))?.shape[..3]);
        let numel = rows.numel() * self.key.shape()[self.key.rank().checked_sub(2)?];
        let draw = Draw { law: Law::Bernoulli { p }, dtype: DType::F32, numel, seed, offset };
        Some(Dropout { draw, rows })
    }

    fn others(&self) -> Vec<&Tensor> {
        [self.key, self.value].into_iter().chain(self.mask).collect()
    }

    /// The shapes of the result and of the logarithms that go with it.
    fn shapes(&self) -> (Shape, Shape) {
        let rank = self.query.rank();
        let rows = Shape::from_slice(&self.query.shape()[..rank - 1]);
        let mut result = rows.clone();
        result.push(self.value.shape()[rank - 1]);
        (result, rows)
    }

    /// The attention, and for each query the logarithm of its sum of exponentials, which the gradients need.
    pub fn fast(&self) -> Result<Option<(Tensor, Tensor)>> {
        let Attention { query, is_causal, scale, .. } = *self;
        let op = Fast::Attention { is_causal, scale: scale as f32, size: self.size(), dropout: self.dropout() };
        if !query.has(&op) || !self.is_plain() {
            return Ok(None);
        }
        require_together(query, &self.others())?;
        let Some(inputs) = self.operands()? else { return Ok(None) };
        let (shape, rows) = self.shapes();
        let y = result(&shape, query)?;
        let logarithms = Tensor::empty(&rows, DType::F32, query.backend)?;
        let Some(out) = heads_of(&y)? else { return Ok(None) };
        let lines = lines_of(&logarithms, &out)?;
        query.backend.fast(&op, &inputs, &[out, lines])?;
        Ok(Some((y, logarithms)))
    }

    /// The gradients of query, key and value from that of the result, the result and its logarithms.
    pub fn fast_slopes(&self, g: &Tensor, y: &Tensor, logarithms: &Tensor) -> Result<Option<[Tensor; 3]>> {
        let Attention { query, key, value, is_causal, scale, .. } = *self;
        let op = Fast::AttentionSlope { is_causal, scale: scale as f32, size: self.size(), dropout: self.dropout() };
        if !query.has(&op) || !self.is_plain() {
            return Ok(None);
        }
        require_together(query, &[&self.others()[..], &[g, y, logarithms]].concat())?;
        let (shape, rows) = self.shapes();
        let is_result = |t: &Tensor| t.dtype == query.dtype && t.shape() == &shape[..];
        if !is_result(g) || !is_result(y) || logarithms.dtype != DType::F32 || logarithms.shape() != &rows[..] {
            return Ok(None);
        }
        let Some([q, k, v, mask]) = self.operands()? else { return Ok(None) };
        let (Some(g), Some(y)) = (heads_of(g)?, heads_of(y)?) else { return Ok(None) };
        let lines = lines_of(logarithms, &y)?;
        let inputs = [Some(g), q, k, v, mask, Some(y), Some(lines)];
        let slopes = [result(query.shape(), query)?, result(key.shape(), key)?, result(value.shape(), value)?];
        let outputs = slopes.iter().map(heads_of).collect::<Result<Option<Vec<_>>>>()?;
        let Some(outputs) = outputs else { return Ok(None) };
        query.backend.fast(&op, &inputs, &outputs)?;
        Ok(Some(slopes))
    }
}
