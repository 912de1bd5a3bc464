//! Views: every one is a function from a Layout to a Layout and touches no data.

use crate::error::{Error, Result, list};
use crate::layout::{Layout, Shape, Strides, require_countable, wrap_axis};
use smallvec::SmallVec;

impl Layout {
    /// The axes in a new order.
    pub fn permute(&self, axes: &[isize]) -> Result<Layout> {
        let rank = self.rank();
        if axes.len() != rank {
            return Err(Error::Invalid(format!(
                "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = {rank} is not equal to len(dims) = {}",
                axes.len()
            )));
        }
        let mut seen: SmallVec<[bool; 6]> = SmallVec::from_elem(false, rank);
        let mut out = Layout { shape: Shape::new(), strides: Strides::new(), offset: self.offset };
        for &axis in axes {
            let a = wrap_axis(axis, rank)?;
            if std::mem::replace(&mut seen[a], true) {
                return Err(Error::Invalid("permute(): duplicate dims are not allowed.".into()));
            }
            out.shape.push(self.shape[a]);
            out.strides.push(self.strides[a]);
        }
        Ok(out)
    }

    pub fn transpose(&self, a: isize, b: isize) -> Result<Layout> {
        let (a, b) = (self.axis(a)?, self.axis(b)?);
        let mut out = self.clone();
        if self.rank() > 0 {
            out.shape.swap(a, b);
            out.strides.swap(a, b);
        }
        Ok(out)
    }

    /// `length` elements along an axis from `start`; the axis keeps every `step`-th.
    pub fn slice(&self, axis: isize, start: usize, length: usize, step: usize) -> Result<Layout> {
        let a = self.axis(axis)?;
        let mut out = self.clone();
        if length > 0 {
            out.offset = self.offset_after(self.strides[a], start as isize);
        }
        out.shape[a] = length;
        out.strides[a] = self.strides[a].saturating_mul(step as isize);
        Ok(out)
    }

    /// One index of an axis; the axis goes.
    pub fn select(&self, axis: isize, index: isize) -> Result<Layout> {
        if self.rank() == 0 {
            return Err(Error::Index("select() cannot be applied to a 0-dim tensor.".into()));
        }
        let a = self.axis(axis)?;
        let n = self.shape[a] as isize;
        if index < -n || index >= n {
            return Err(Error::Index(format!("index {index} is out of bounds for dimension {a} with size {n}")));
        }
        let mut out = self.clone();
        out.offset = self.offset_after(self.strides[a], if index < 0 { index + n } else { index });
        out.shape.remove(a);
        out.strides.remove(a);
        Ok(out)
    }

    /// A new axis of size 1 before `axis`.
    pub fn unsqueeze(&self, axis: isize) -> Result<Layout> {
        let rank = self.rank() as isize;
        if axis < -rank - 1 || axis > rank {
            return Err(Error::Index(format!(
                "Dimension out of range (expected to be in range of [{}, {rank}], but got {axis})",
                -rank - 1
            )));
        }
        let a = if axis < 0 { axis + rank + 1 } else { axis } as usize;
        let mut out = self.clone();
        let stride = if a < self.rank() { self.strides[a].saturating_mul(self.shape[a].max(1) as isize) } else { 1 };
        out.shape.insert(a, 1);
        out.strides.insert(a, stride);
        Ok(out)
    }

    /// Without those of `axes` that have size 1, or without every axis of size 1.
    pub fn squeeze(&self, axes: Option<&[isize]>) -> Result<Layout> {
        let mut drop: SmallVec<[bool; 6]> = SmallVec::from_elem(axes.is_none(), self.rank());
        let mut named: SmallVec<[usize; 6]> = SmallVec::new();
        for &axis in axes.unwrap_or(&[]) {
            let a = self.axis(axis)?;
            if named.contains(&a) {
                return Err(Error::Invalid(format!("dim {a} appears multiple times in the list of dims")));
            }
            named.push(a);
            if let Some(d) = drop.get_mut(a) {
                *d = true;
            }
        }
        let mut out = Layout { shape: Shape::new(), strides: Strides::new(), offset: self.offset };
        for a in 0..self.rank() {
            if self.shape[a] != 1 || !drop[a] {
                out.shape.push(self.shape[a]);
                out.strides.push(self.strides[a]);
            }
        }
        Ok(out)
    }

    /// Broadcast to `shape`: an axis of size 1 repeats with stride 0, new axes come in front; -1 keeps a size.
    pub fn expand(&self, shape: &[isize]) -> Result<Layout> {
        let (rank, new) = (self.rank(), shape.len());
        if new < rank {
            return Err(Error::Invalid(format!(
                "expand({}, size={}): the number of sizes provided ({new}) must be greater or equal to the number of dimensions in the tensor ({rank})",
                list(&self.shape),
                list(shape)
            )));
        }
        let mut out = Layout { shape: Shape::new(), strides: Strides::new(), offset: self.offset };
        for (i, &size) in shape.iter().enumerate() {
            let own = i.checked_sub(new - rank);
            match own {
                None if size < 0 => {
                    return Err(Error::Invalid(format!(
                        "The expanded size of the tensor ({size}) isn't allowed in a leading, non-existing dimension {i}"
                    )));
                }
                Some(a) if size == -1 || size == self.shape[a] as isize => {
                    out.shape.push(self.shape[a]);
                    out.strides.push(self.strides[a]);
                }
                Some(a) if self.shape[a] != 1 || size < 0 => {
                    return Err(Error::Invalid(format!(
                        "The expanded size of the tensor ({size}) must match the existing size ({}) at non-singleton dimension {i}.  Target sizes: {}.  Tensor sizes: {}",
                        self.shape[a],
                        list(shape),
                        list(&self.shape)
                    )));
                }
                _ => {
                    out.shape.push(size as usize);
                    out.strides.push(0);
                }
            }
        }
        require_countable(&out.shape)?;
        out.step_over_all(if rank == 0 { 0 } else { new - rank });
        Ok(out)
    }

    /// Gives the leading `count` dimensions, where they have one element, the stride that PyTorch gives them: past all that follow.
    fn step_over_all(&mut self, count: usize) {
        for i in (0..count).rev().filter(|&i| self.shape[i] == 1) {
            self.strides[i] = self.strides[i + 1].wrapping_mul(self.shape[i + 1] as isize);
        }
    }

    /// [`Layout::expand`] to sizes that are known to broadcast.
    pub fn broadcast(&self, shape: &[usize]) -> Result<Layout> {
        let sizes: SmallVec<[isize; 6]> = shape.iter().map(|&s| s as isize).collect();
        self.expand(&sizes)
    }

    /// The same elements in the same order under another shape, or None where only a copy could be.
    pub fn reshape(&self, shape: &[usize]) -> Option<Layout> {
        if self.numel() == 0 {
            return Some(Layout { offset: self.offset, ..Layout::contiguous(shape) });
        }
        let mut strides: Strides = SmallVec::from_elem(1, shape.len());
        // Runs of own axes that lie densely are matched, last first, with runs of new axes of the same size.
        let (mut next, mut run, mut taken) = (shape.len(), 1, 1);
        let mut step = *self.strides.last().unwrap_or(&1);
        for axis in (0..self.rank()).rev() {
            run *= self.shape[axis];
            let joins_outer = axis > 0 && (self.shape[axis - 1] == 1 || self.strides[axis - 1] == run as isize * step);
            if joins_outer {
                continue;
            }
            while next > 0 && (taken < run || shape[next - 1] == 1) {
                next -= 1;
                strides[next] = taken as isize * step;
                taken *= shape[next];
            }
            if taken != run {
                return None;
            }
            (run, taken) = (1, 1);
            step = if axis > 0 { self.strides[axis - 1] } else { step };
        }
        Some(Layout { shape: Shape::from_slice(shape), strides, offset: self.offset })
    }

    /// Some axes read backwards: what a copy is made of, as a user's tensor has no negative stride.
    pub fn flip(&self, axes: &[isize]) -> Result<Layout> {
        let mut out = self.clone();
        let mut seen: SmallVec<[bool; 6]> = SmallVec::from_elem(false, self.rank().max(1));
        for &axis in axes {
            let a = self.axis(axis)?;
            if std::mem::replace(&mut seen[a], true) {
                return Err(Error::Invalid(format!("dim {a} appears multiple times in the list of dims")));
            }
            if self.rank() > 0 && self.numel() > 0 {
                out.offset = (out.offset as isize + (self.shape[a] as isize - 1) * self.strides[a]) as usize;
                out.strides[a] = -self.strides[a];
            }
        }
        Ok(out)
    }

    /// The diagonal of two axes, as a new last axis.
    pub fn diagonal(&self, offset: isize, axis1: isize, axis2: isize) -> Result<Layout> {
        let (a, b) = (self.axis(axis1)?, self.axis(axis2)?);
        if a == b || self.rank() < 2 {
            return Err(Error::Invalid(format!("diagonal dimensions cannot be identical {axis1}, {axis2}")));
        }
        let (rows, cols) = (self.shape[a] as isize, self.shape[b] as isize);
        let size = if offset >= 0 { rows.min(cols - offset) } else { (rows + offset).min(cols) }.max(0);
        let mut out = self.clone();
        if size > 0 {
            let (stride, count) = if offset >= 0 { (self.strides[b], offset) } else { (self.strides[a], -offset) };
            out.offset = self.offset_after(stride, count);
        }
        for axis in [a.max(b), a.min(b)] {
            out.shape.remove(axis);
            out.strides.remove(axis);
        }
        out.shape.push(size as usize);
        out.strides.push(self.strides[a].saturating_add(self.strides[b]));
        Ok(out)
    }

    /// Windows of `size` along an axis, one every `step`; the place in the window is a new last axis.
    pub fn unfold(&self, axis: isize, size: isize, step: isize) -> Result<Layout> {
        let a = self.axis(axis)?;
        let (n, stride) = if self.rank() == 0 { (1, 1) } else { (self.shape[a] as isize, self.strides[a]) };
        if size < 0 || size > n {
            return Err(Error::Invalid(format!("maximum size for tensor at dimension {a} is {n} but size is {size}")));
        }
        if step <= 0 {
            return Err(Error::Invalid(format!("step is {step} but must be > 0")));
        }
        let mut out = self.clone();
        if self.rank() > 0 {
            out.shape[a] = ((n - size) / step + 1) as usize;
            out.strides[a] = stride.saturating_mul(step);
        }
        out.shape.push(size as usize);
        out.strides.push(stride);
        require_countable(&out.shape)?;
        Ok(out)
    }

    /// Any shape, strides and offset that stay within a storage of `numel` elements.
    pub fn as_strided(shape: &[isize], strides: &[isize], offset: isize, numel: usize) -> Result<Layout> {
        if shape.len() != strides.len() {
            return Err(Error::Invalid("mismatch in length of strides and shape".into()));
        }
        if strides.iter().any(|&s| s < 0) {
            return Err(Error::Invalid(format!(
                "as_strided: Negative strides are not supported at the moment, got strides: {}",
                list(strides)
            )));
        }
        if shape.iter().any(|&s| s < 0) || offset < 0 {
            return Err(Error::Invalid(format!(
                "as_strided: sizes {} and storage offset {offset} must not be negative",
                list(shape)
            )));
        }
        let last = shape.iter().zip(strides).try_fold(offset, |at, (&size, &stride)| {
            stride.checked_mul((size - 1).max(0)).and_then(|reach| at.checked_add(reach))
        });
        let fits = shape.contains(&0) || last.is_some_and(|last| last < numel as isize);
        if !fits {
            return Err(Error::Invalid(format!(
                "setStorage: sizes {}, strides {}, storage offset {offset} are out of bounds for storage of {numel} elements",
                list(shape),
                list(strides)
            )));
        }
        let shape: Shape = shape.iter().map(|&s| s as usize).collect();
        require_countable(&shape)?;
        Ok(Layout { shape, strides: Strides::from_slice(strides), offset: offset as usize })
    }
}

/// The sizes that a reshape asks for, with a single -1 worked out.
pub fn infer_shape(shape: &[isize], numel: usize) -> Result<Shape> {
    let refuse = || Error::Invalid(format!("shape '{}' is invalid for input of size {numel}", list(shape)));
    let mut unknown = None;
    let mut known = 1usize;
    for (i, &size) in shape.iter().enumerate() {
        match size {
            -1 if unknown.is_none() => unknown = Some(i),
            -1 => return Err(Error::Invalid("only one dimension can be inferred".into())),
            s if s < 0 => return Err(Error::Invalid(format!("invalid shape dimension {s}"))),
            s => known = known.checked_mul(s as usize).ok_or_else(refuse)?,
        }
    }
    let mut out: Shape = shape.iter().map(|&s| s.max(0) as usize).collect();
    if let Some(i) = unknown {
        if known == 0 && numel == 0 {
            return Err(Error::Invalid(format!(
                "cannot reshape tensor of 0 elements into shape {} because the unspecified dimension size -1 can be any value and is ambiguous",
                list(shape)
            )));
        }
        if known == 0 || !numel.is_multiple_of(known) {
            return Err(refuse());
        }
        out[i] = numel / known;
    } else if known != numel {
        return Err(refuse());
    }
    require_countable(&out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reshape_of_a_transpose_needs_a_copy() {
        let t = Layout::contiguous(&[2, 3]).transpose(0, 1).unwrap();
        assert_eq!(t.reshape(&[6]), None);
        assert_eq!(t.reshape(&[3, 1, 2]).unwrap().strides.as_slice(), [1, 6, 3]);
    }

    #[test]
    fn reshape_joins_what_is_dense() {
        let l = Layout::contiguous(&[4, 6, 5]).slice(0, 1, 2, 2).unwrap();
        assert_eq!(l.reshape(&[2, 30]).unwrap().strides.as_slice(), [60, 1]);
        assert_eq!(l.reshape(&[60]), None);
        let expanded = Layout::contiguous(&[1, 3]).expand(&[4, 3]).unwrap();
        assert_eq!(expanded.reshape(&[12]), None);
    }

    #[test]
    fn views_count_in_elements() {
        let l = Layout::contiguous(&[3, 4]);
        assert_eq!(l.select(0, -1).unwrap().offset, 8);
        assert_eq!(l.diagonal(1, 0, 1).unwrap().shape.as_slice(), [3]);
        assert_eq!(l.unfold(1, 2, 2).unwrap().shape.as_slice(), [3, 2, 2]);
        assert!(l.select(0, 3).is_err());
        assert!(Layout::as_strided(&[3, 3], &[4, 1], 2, 12).is_err());
    }

    #[test]
    fn views_with_more_elements_than_can_be_counted_are_refused() {
        let one = Layout::contiguous(&[1]);
        assert!(one.expand(&[1 << 62]).is_ok());
        assert!(one.expand(&[1 << 31, 1 << 31, 1 << 31]).is_err());
        assert!(Layout::as_strided(&[1 << 62, 4], &[0, 0], 0, 1).is_err());
        assert!(one.expand(&[1 << 40]).unwrap().unfold(0, 1 << 39, 1).is_err());
        assert!(infer_shape(&[0, 1 << 62, 1 << 62], 0).is_err());
    }

    #[test]
    fn offsets_into_nothing_stay_in_range() {
        let l = Layout::as_strided(&[3, 3, 0], &[isize::MAX, isize::MAX, 1], 0, 1).unwrap();
        assert_eq!(l.select(0, 2).unwrap().offset, isize::MAX as usize);
        assert_eq!(l.diagonal(2, 0, 1).unwrap().offset, isize::MAX as usize);
        assert_eq!(l.slice(0, 1, 2, 2).unwrap().unsqueeze(0).unwrap().strides[0], isize::MAX);
    }

    #[test]
    fn one_size_may_be_inferred() {
        assert_eq!(infer_shape(&[2, -1], 6).unwrap().as_slice(), [2, 3]);
        assert!(infer_shape(&[-1, -1], 6).is_err());
        assert!(infer_shape(&[-1, 0], 0).is_err());
        assert!(infer_shape(&[4], 6).is_err());
    }
}
