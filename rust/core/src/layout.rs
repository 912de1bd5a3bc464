//! Layout: how a tensor's elements lie in its storage, as a value. Every view is a function from Layout to Layout (`view.rs`).

use crate::error::{Error, Result, list};
use smallvec::SmallVec;

/// Sizes of a tensor's axes.
pub type Shape = SmallVec<[usize; 6]>;
/// Steps between neighbours along each axis, in elements. A user's tensor has none below zero.
pub type Strides = SmallVec<[isize; 6]>;

/// Shape, strides and offset, all counted in elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub shape: Shape,
    pub strides: Strides,
    pub offset: usize,
}

/// The strides of a row-major tensor; an axis of size 0 or 1 counts as 1, as in PyTorch.
pub fn row_major(shape: &[usize]) -> Strides {
    let mut strides: Strides = SmallVec::from_elem(1, shape.len());
    for i in (0..shape.len().saturating_sub(1)).rev() {
        strides[i] = strides[i + 1].saturating_mul(shape[i + 1].max(1) as isize);
    }
    strides
}

/// The product of the sizes, an empty axis counted as 1 as its stride counts it; None where it exceeds `limit`.
fn product_within(shape: &[usize], limit: usize) -> Option<usize> {
    shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d.max(1)).filter(|&n| n <= limit))
}

/// The number of elements, refused where they, or the strides of an empty tensor, do not fit an address space.
pub fn checked_numel(shape: &[usize]) -> Result<usize> {
    let empty = shape.contains(&0);
    product_within(shape, isize::MAX as usize / if empty { 1 } else { 16 })
        .map(|n| if empty { 0 } else { n })
        .ok_or_else(|| Error::Invalid(format!("Storage size calculation overflowed with sizes={}", list(shape))))
}

/// Refuses the sizes of a view whose elements cannot be counted, however few places they read.
pub fn require_countable(shape: &[usize]) -> Result<()> {
    match product_within(shape, isize::MAX as usize) {
        Some(_) => Ok(()),
        None => Err(Error::Invalid(format!("numel: integer multiplication overflow with sizes={}", list(shape)))),
    }
}

impl Layout {
    pub fn contiguous(shape: &[usize]) -> Layout {
        Layout { shape: Shape::from_slice(shape), strides: row_major(shape), offset: 0 }
    }

    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    pub fn numel(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the elements follow each other in row-major order without gaps (the offset does not matter).
    pub fn is_contiguous(&self) -> bool {
        if self.shape.contains(&0) {
            return true;
        }
        let mut expected = 1isize;
        for (&size, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if size != 1 {
                if stride != expected {
                    return false;
                }
                expected *= size as isize;
            }
        }
        true
    }

    /// Whether this reads a storage of `numel` elements whole and in order.
    pub fn is_whole(&self, numel: usize) -> bool {
        self.offset == 0 && self.numel() == numel && self.is_contiguous()
    }

    /// The axes from the widest stride to the narrowest, if the elements are dense in that order: a permuted row-major layout.
    pub fn dense_order(&self) -> Option<SmallVec<[usize; 6]>> {
        let mut axes: SmallVec<[usize; 6]> = (0..self.rank()).collect();
        if self.numel() == 0 {
            return Some(axes);
        }
        axes.sort_by_key(|&a| (std::cmp::Reverse(self.strides[a]), self.shape[a] == 1));
        let mut expected = 1isize;
        for &a in axes.iter().rev() {
            if self.shape[a] != 1 {
                if self.strides[a] != expected {
                    return None;
                }
                expected *= self.shape[a] as isize;
            }
        }
        Some(axes)
    }

    /// The axis order in which an elementwise result of operands like this is stored, as PyTorch keeps it: by falling stride.
    pub fn stride_order(&self) -> SmallVec<[usize; 6]> {
        let mut axes: SmallVec<[usize; 6]> = (0..self.rank()).collect();
        axes.sort_by_key(|&a| std::cmp::Reverse(self.strides[a]));
        axes
    }

    /// A dense layout of `shape` whose axes lie in `order`, widest first.
    pub fn dense_in_order(shape: &[usize], order: &[usize]) -> Layout {
        let mut strides: Strides = SmallVec::from_elem(1, shape.len());
        let mut step = 1isize;
        for &a in order.iter().rev() {
            strides[a] = step;
            step = step.saturating_mul(shape[a].max(1) as isize);
        }
        Layout { shape: Shape::from_slice(shape), strides, offset: 0 }
    }

    /// Whether two elements share a place: a stride of 0, or an overlap that sorting by stride shows.
    pub fn may_overlap(&self) -> bool {
        if self.numel() <= 1 {
            return false;
        }
        let mut axes: SmallVec<[usize; 6]> = (0..self.rank()).filter(|&a| self.shape[a] > 1).collect();
        axes.sort_by_key(|&a| self.strides[a]);
        let mut reach = 0isize;
        for &a in &axes {
            if self.strides[a] <= reach {
                return true;
            }
            reach += self.strides[a] * (self.shape[a] as isize - 1);
        }
        false
    }

    /// The span of places read, as first and one past the last element of the storage; both the offset for an empty layout.
    pub fn span(&self) -> (usize, usize) {
        if self.numel() == 0 {
            return (self.offset, self.offset);
        }
        let (mut low, mut high) = (self.offset as isize, self.offset as isize);
        for (&size, &stride) in self.shape.iter().zip(&self.strides) {
            let reach = stride * (size as isize - 1);
            low += reach.min(0);
            high += reach.max(0);
        }
        (low as usize, high as usize + 1)
    }

    /// The offset `count` steps of `stride` further on; what an empty layout's would overflow stays in range.
    pub(crate) fn offset_after(&self, stride: isize, count: isize) -> usize {
        (self.offset as isize).saturating_add(stride.saturating_mul(count)).max(0) as usize
    }

    /// `axis` as an index, counting from the end where it is negative; a 0-d tensor accepts 0 and -1.
    pub fn axis(&self, axis: isize) -> Result<usize> {
        wrap_axis(axis, self.rank())
    }
}

/// `axis` of a tensor of `rank` dimensions as an index; the rank 0 counts as 1.
pub fn wrap_axis(axis: isize, rank: usize) -> Result<usize> {
    let n = rank.max(1) as isize;
    if axis < -n || axis >= n {
        return Err(Error::dimension(axis, rank));
    }
    Ok(if axis < 0 { (axis + n) as usize } else { axis as usize })
}

/// The shape that all of `shapes` broadcast to.
pub fn broadcast_shapes(shapes: &[&[usize]]) -> Result<Shape> {
    let rank = shapes.iter().map(|s| s.len()).max().unwrap_or(0);
    let mut out: Shape = SmallVec::from_elem(1, rank);
    for shape in shapes {
        for (i, &size) in shape.iter().rev().enumerate() {
            let at = rank - 1 - i;
            if size != out[at] && size != 1 {
                if out[at] != 1 {
                    return Err(Error::Invalid(format!(
                        "The size of tensor a ({}) must match the size of tensor b ({size}) at non-singleton dimension {at}",
                        out[at]
                    )));
                }
                out[at] = size;
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contiguity_ignores_axes_of_one() {
        let l = Layout { shape: Shape::from_slice(&[2, 1, 3]), strides: Strides::from_slice(&[3, 77, 1]), offset: 4 };
        assert!(l.is_contiguous());
        assert!(!l.is_whole(6));
    }

    #[test]
    fn dense_order_of_a_transpose() {
        let l = Layout { shape: Shape::from_slice(&[3, 2]), strides: Strides::from_slice(&[1, 3]), offset: 0 };
        assert_eq!(l.dense_order().unwrap().as_slice(), [1, 0]);
        assert_eq!(Layout::dense_in_order(&[3, 2], &[1, 0]), l);
    }

    #[test]
    fn nothing_is_always_dense() {
        let l = Layout { shape: Shape::from_slice(&[0, 10, 3]), strides: Strides::from_slice(&[77, 5, 9]), offset: 3 };
        assert_eq!(l.dense_order().unwrap().as_slice(), [0, 1, 2]);
    }

    #[test]
    fn broadcasting_names_both_sizes() {
        assert_eq!(broadcast_shapes(&[&[2, 1], &[3]]).unwrap().as_slice(), [2, 3]);
        let text = broadcast_shapes(&[&[2, 3], &[4]]).unwrap_err().to_string();
        assert!(text.contains("tensor a (3)") && text.contains("dimension 1"), "{text}");
    }

    #[test]
    fn overlap_is_seen() {
        let l = Layout { shape: Shape::from_slice(&[3, 2]), strides: Strides::from_slice(&[1, 1]), offset: 0 };
        assert!(l.may_overlap());
        assert!(!Layout::contiguous(&[3, 2]).may_overlap());
        let expanded = Layout { shape: Shape::from_slice(&[3]), strides: Strides::from_slice(&[0]), offset: 0 };
        assert!(expanded.may_overlap());
    }

    #[test]
    fn impossible_sizes_are_refused() {
        assert!(checked_numel(&[usize::MAX / 2, 3]).is_err());
        assert_eq!(checked_numel(&[1 << 62, 0]).unwrap(), 0);
        assert!(checked_numel(&[0, 1 << 62, 1 << 62]).is_err());
        assert!(require_countable(&[1 << 31, 1 << 31]).is_ok());
        assert!(require_countable(&[1 << 31, 1 << 31, 1 << 31]).is_err());
    }
}
