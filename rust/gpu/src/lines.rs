//! An operand as lines: its last axes, whose elements are worked on together, and the axes before them, which count the lines.

use pyrite_core::{Layout, Operand};

/// `count` lines of `length` elements. Kernels see two operands on one memory: element `j` of line `i` lies at
/// `place_item(i) + place_along(j)`, where `item` is bound to `starts` and `along` to `steps`.
pub struct Lines {
    pub starts: Operand,
    pub steps: Operand,
    pub count: usize,
    pub length: usize,
}

impl Lines {
    /// The last `axes` axes of the operand as lines.
    pub fn new(operand: &Operand, axes: usize) -> Lines {
        let Operand { buffer, layout, dtype } = operand;
        let kept = layout.rank() - axes;
        let part = |axes: std::ops::Range<usize>, offset| {
            let layout =
                Layout { shape: layout.shape[axes.clone()].into(), strides: layout.strides[axes].into(), offset };
            Operand { buffer: buffer.clone(), layout: merged(&layout), dtype: *dtype }
        };
        Lines {
            starts: part(0..kept, layout.offset),
            steps: part(kept..layout.rank(), 0),
            count: layout.shape[..kept].iter().product(),
            length: layout.shape[kept..].iter().product(),
        }
    }

    /// Whether neighbours in memory belong to one line rather than to two.
    pub fn run_along_memory(&self) -> bool {
        let smallest = |operand: &Operand| {
            let Layout { shape, strides, .. } = &operand.layout;
            let steps = shape.iter().zip(strides).filter(|&(&size, &stride)| size > 1 && stride != 0);
            steps.map(|(_, stride)| stride.unsigned_abs()).min().unwrap_or(usize::MAX)
        };
        smallest(&self.steps) <= smallest(&self.starts)
    }

    /// Whether every line is dense and starts at a multiple of `count` elements.
    pub fn lie_in_vectors(&self, count: usize) -> bool {
        let Layout { shape, strides, offset } = &self.starts.layout;
        let is_multiple = |(&size, &stride): (&usize, &isize)| size == 1 || stride % count as isize == 0;
        self.steps.layout.is_contiguous() && offset.is_multiple_of(count) && shape.iter().zip(strides).all(is_multiple)
    }
}

/// The layout with as few axes as show the same elements in the same order, at least one.
fn merged(layout: &Layout) -> Layout {
    let mut out = Layout { shape: Default::default(), strides: Default::default(), offset: layout.offset };
    for (&size, &stride) in layout.shape.iter().zip(&layout.strides) {
        match (out.shape.last_mut(), out.strides.last_mut()) {
            _ if size == 1 => {}
            (Some(outer), Some(step)) if *step == stride * size as isize => {
                *outer *= size;
                *step = stride;
            }
            _ => {
                out.shape.push(size);
                out.strides.push(stride);
            }
        }
    }
    if out.shape.is_empty() {
        out.shape.push(1);
        out.strides.push(1);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_axes_are_joined() {
        let whole = Layout::contiguous(&[2, 3, 1, 4]);
        assert_eq!(merged(&whole), Layout::contiguous(&[24]));
        let turned = whole.permute(&[3, 0, 1, 2]).unwrap();
        assert_eq!((merged(&turned).shape.as_slice(), merged(&turned).strides.as_slice()), (&[4, 6][..], &[1, 4][..]));
        assert_eq!(merged(&Layout::contiguous(&[1, 1])).shape.as_slice(), [1]);
    }
}
