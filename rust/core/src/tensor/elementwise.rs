//! Elementwise ops: promotion, broadcasting, the order of the result, then a deferred value or, for few elements, the result.

use super::transfer::gathered;
use super::{Tensor, checked_bytes};
use crate::backend::Immediate;
use crate::dtype::{DType, Kind};
use crate::error::{Error, Result};
use crate::layout::{Layout, Shape, broadcast_shapes};
use crate::op::Op;
use crate::scalar::{Promotion, Scalar};
use crate::value::{Source, Value, deferral};
use smallvec::SmallVec;

/// An operand of an elementwise op.
#[derive(Clone, Copy)]
pub enum Argument<'a> {
    Tensor(&'a Tensor),
    Scalar(Scalar),
}

impl Argument<'_> {
    pub(super) fn tensor(&self) -> Option<&Tensor> {
        match self {
            Argument::Tensor(t) => Some(t),
            Argument::Scalar(_) => None,
        }
    }
}

/// The dtype in which `op` computes on these operands: PyTorch's promotion, and the default float where a float is needed.
pub fn compute_dtype(op: Op, args: &[Argument<'_>]) -> Result<DType> {
    refuse_bool(op, args)?;
    let mut promotion = Promotion::default();
    for (i, arg) in args.iter().enumerate() {
        match arg {
            _ if op.is_condition(i) => {}
            Argument::Tensor(t) => promotion.tensor(t.dtype, t.rank()),
            Argument::Scalar(s) => promotion.number(*s),
        }
    }
    let dtype = promotion.dtype();
    let dtype = if op.needs_fractions() && dtype.is_integral() { crate::scalar::default_dtype() } else { dtype };
    let not_of_bools = matches!(
        op,
        Op::floor_divide
            | Op::trunc_divide
            | Op::remainder
            | Op::fmod
            | Op::pow
            | Op::gcd
            | Op::lcm
            | Op::shift_left
            | Op::shift_right
    );
    if !op.domain().holds(dtype) || (dtype == DType::Bool && not_of_bools) {
        return Err(Error::Unsupported { op: op.name(), dtype });
    }
    Ok(dtype)
}

/// Refuses the signs of bools, in PyTorch's words.
fn refuse_bool(op: Op, args: &[Argument<'_>]) -> Result<()> {
    const INSTEAD: &str = "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.";
    let is_bool = |arg: &Argument<'_>| match arg {
        Argument::Tensor(t) => t.dtype == DType::Bool,
        Argument::Scalar(s) => s.kind() == Kind::Bool,
    };
    match op {
        Op::neg if args.iter().any(is_bool) => {
            Err(Error::Invalid(format!("Negation, the `-` operator, on a bool tensor is not supported. {INSTEAD}")))
        }
        Op::sub if args.iter().all(is_bool) => Err(Error::Invalid(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead."
                .into(),
        )),
        Op::sub if args.iter().any(is_bool) => {
            Err(Error::Invalid(format!("Subtraction, the `-` operator, with a bool tensor is not supported. {INSTEAD}")))
        }
        _ => Ok(()),
    }
}

/// The order in which PyTorch stores a result: axes sorted by the operands' strides, where those with stride 0 have no say.
fn result_layout(shape: &Shape, tensors: &[&Tensor]) -> Layout {
    if tensors.iter().all(|t| t.layout.is_contiguous() || t.rank() == 0) {
        return Layout::contiguous(shape);
    }
    let rank = shape.len();
    let strides: SmallVec<[Layout; 3]> = tensors.iter().filter_map(|t| t.layout.broadcast(shape).ok()).collect();
    let outranks = |a: usize, b: usize| -> Option<bool> {
        strides.iter().find_map(|l| match (l.strides[a], l.strides[b]) {
            (0, _) | (_, 0) => None,
            (x, y) if x != y => Some(x > y),
            _ if l.shape[a] != l.shape[b] => Some(l.shape[a] > l.shape[b]),
            _ => None,
        })
    };
    let mut order: SmallVec<[usize; 6]> = (0..rank).rev().collect();
    for i in 1..rank {
        let mut at = i;
        for j in (0..i).rev() {
            match outranks(order[at], order[j]) {
                Some(false) => {
                    order.swap(at, j);
                    at = j;
                }
                Some(true) => break,
                None => {}
            }
        }
    }
    order.reverse();
    Layout::dense_in_order(shape, &order)
}

impl Tensor {
    /// Runs `op` on operands of any shapes and dtypes that go together; at least one is a tensor.
    pub fn elementwise(op: Op, args: &[Argument<'_>]) -> Result<Tensor> {
        let dtype = compute_dtype(op, args)?;
        Tensor::elementwise_in(op, dtype, args)
    }

    /// The same in a given dtype, to which the operands are converted.
    pub fn elementwise_in(op: Op, dtype: DType, args: &[Argument<'_>]) -> Result<Tensor> {
        debug_assert_eq!(args.len(), op.arity());
        if let Some(args) = gathered(args)? {
            return Tensor::elementwise_in(op, dtype, &args);
        }
        let tensors: SmallVec<[&Tensor; 3]> = args.iter().filter_map(Argument::tensor).collect();
        let first = *tensors.first().ok_or_else(|| Error::Type(format!("{}: no argument is a Tensor", op.name())))?;
        let same = tensors.iter().all(|t| t.shape() == first.shape());
        let layout = if same && tensors.iter().all(|t| t.layout.is_contiguous()) {
            Layout::contiguous(first.shape())
        } else {
            let shapes: SmallVec<[&[usize]; 3]> = tensors.iter().map(|t| t.shape()).collect();
            result_layout(&broadcast_shapes(&shapes)?, &tensors)
        };
        if op.is_fallible(dtype) {
            refuse_zero_divisor(&args[1], first)?;
        }
        first.compute(op, dtype, args, layout)
    }

    /// `op` with a result of the given dense layout, to whose shape the operands broadcast.
    pub(super) fn compute(&self, op: Op, dtype: DType, args: &[Argument<'_>], layout: Layout) -> Result<Tensor> {
        let numel = layout.numel();
        let at_call = numel <= deferral().small && !self.backend.defers_small();
        if at_call && let Some(value) = self.immediate(op, dtype, args, &layout, numel)? {
            return Ok(Tensor::of_value(value, layout));
        }
        checked_bytes(&layout.shape, op.result(dtype).max(dtype), self.backend)?;
        let order = layout.stride_order();
        let in_order = |l: &Layout| -> Layout {
            Layout {
                shape: order.iter().map(|&a| l.shape[a]).collect(),
                strides: order.iter().map(|&a| l.strides[a]).collect(),
                offset: l.offset,
            }
        };
        let permuted = in_order(&layout).shape;
        let mut sources = SmallVec::new();
        for arg in args {
            sources.push(match arg {
                Argument::Scalar(s) => Source::Scalar(*s),
                Argument::Tensor(t) => t.source(in_order(&t.layout.broadcast(&layout.shape)?))?,
            });
        }
        let value = Value::defer(op, dtype, permuted, sources, self.backend)?;
        if at_call {
            value.evaluate()?;
        }
        Ok(Tensor::of_value(value, layout))
    }

    /// The result now, where every operand is ready and lies as the result does, or is a single element.
    fn immediate(
        &self,
        op: Op,
        dtype: DType,
        args: &[Argument<'_>],
        layout: &Layout,
        numel: usize,
    ) -> Result<Option<std::sync::Arc<Value>>> {
        let mut values: SmallVec<[_; 3]> = SmallVec::new();
        for arg in args {
            values.push(match arg {
                Argument::Scalar(_) => None,
                Argument::Tensor(t) => Some(t.storage.value()),
            });
        }
        let mut operands: SmallVec<[Immediate<'_>; 3]> = SmallVec::new();
        for (i, (arg, value)) in args.iter().zip(&values).enumerate() {
            let t = match arg {
                Argument::Scalar(s) => {
                    operands.push(Immediate::Scalar(*s));
                    continue;
                }
                Argument::Tensor(t) => t,
            };
            let buffer = value.as_ref().and_then(|v| v.buffer_if_ready());
            let same = t.layout.shape == layout.shape && t.layout.strides == layout.strides;
            let same = same || (t.layout.is_contiguous() && layout.is_contiguous() && t.numel() == numel);
            match buffer {
                Some(buffer) if same && t.dtype == op.operand(i, dtype) => {
                    operands.push(Immediate::Dense(buffer, t.layout.offset));
                }
                Some(_) if t.numel() == 1 => operands.push(Immediate::Scalar(t.item()?)),
                _ => return Ok(None),
            }
        }
        match self.backend.immediate(op, dtype, &operands, numel) {
            None => Ok(None),
            Some(buffer) => Ok(Some(Value::ready(op.result(dtype), numel, self.backend, buffer?))),
        }
    }
}

impl Tensor {
    /// Refuses, now or with the device's next read-back, a tensor of floats that are not all in [0, 1].
    pub fn require_probabilities(&self) -> Result<()> {
        let compare =
            |op, bound| Tensor::elementwise(op, &[Argument::Tensor(self), Argument::Scalar(Scalar::Float(bound))]);
        let (not_below, not_above) = (compare(Op::ge, 0.0)?, compare(Op::le, 1.0)?);
        let both = [Argument::Tensor(&not_below), Argument::Tensor(&not_above)];
        let are = Tensor::elementwise(Op::bitwise_and, &both)?;
        self.backend.require_probabilities(&are.operand()?)
    }
}

fn refuse_zero_divisor(divisor: &Argument<'_>, like: &Tensor) -> Result<()> {
    let zero = match divisor {
        Argument::Scalar(s) => !s.to_bool(),
        Argument::Tensor(t) if t.numel() == 0 => false,
        Argument::Tensor(t) => like.backend.any_zero(&t.operand()?)?,
    };
    if zero { Err(Error::ZeroDivision) } else { Ok(()) }
}
