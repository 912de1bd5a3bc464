//! Reads and writes by index: gather and scatter along an axis, several index tensors at once, and the places that are not zero.

use super::transfer::require_together;
use super::{Tensor, checked_bytes};
use crate::backend::{Combine, Operand, Put};
use crate::dtype::DType;
use crate::error::{Error, Result, list};
use crate::layout::{Layout, Shape, broadcast_shapes};
use smallvec::SmallVec;

impl Tensor {
    /// A 0-d tensor seen with one axis, so that it can be indexed along it.
    fn with_an_axis(&self) -> Tensor {
        match self.rank() {
            0 => self.with_layout(Layout { offset: self.layout.offset, ..Layout::contiguous(&[1]) }),
            _ => self.clone(),
        }
    }

    fn check_index_shape(&self, op: &str, axis: usize, index: &Tensor, exempt_axis: bool) -> Result<()> {
        if index.dtype != DType::I64 {
            return Err(Error::Invalid(format!("{op}(): Expected dtype int64 for index")));
        }
        if index.rank() != self.rank() {
            return Err(Error::Invalid(format!(
                "Index tensor must have the same number of dimensions as input tensor in {op}(): {} and {}",
                index.rank(),
                self.rank()
            )));
        }
        let fits = (0..self.rank()).all(|a| (exempt_axis && a == axis) || index.shape()[a] <= self.shape()[a]);
        if !fits && index.numel() > 0 {
            return Err(Error::Invalid(format!(
                "Size does not match at some dimension: {op}() expected index {} to be no larger than self {} apart from dimension {axis}",
                list(index.shape()),
                list(self.shape())
            )));
        }
        Ok(())
    }

    /// `out[i][j] = self[index[i][j]][j]` for axis 0, and so on.
    pub fn gather(&self, axis: isize, index: &Tensor) -> Result<Tensor> {
        let shape = Shape::from_slice(index.shape());
        require_together(self, &[index])?;
        let (own, index) = (self.with_an_axis(), index.with_an_axis());
        let axis = own.layout.axis(axis)?;
        own.check_index_shape("gather", axis, &index, true)?;
        checked_bytes(&shape, self.dtype, self.backend)?;
        let mut input = own.operand()?;
        for a in (0..own.rank()).filter(|&a| a != axis) {
            input.layout.shape[a] = index.shape()[a];
        }
        let buffer = self.backend.gather(&input, axis, &index.operand()?)?;
        Ok(Tensor::of_buffer(buffer, self.dtype, &shape, self.backend))
    }

    /// `self[index[i][j]][j] (combine)= source[i][j]` for axis 0, and so on, in place.
    pub fn scatter(&self, axis: isize, index: &Tensor, source: &Tensor, how: Combine) -> Result<()> {
        require_together(self, &[index, source])?;
        let (own, index, source) = (self.with_an_axis(), index.with_an_axis(), source.with_an_axis());
        let axis = own.layout.axis(axis)?;
        if index.numel() == 0 {
            return Ok(());
        }
        own.check_index_shape("scatter", axis, &index, true)?;
        source.check_index_shape("scatter", axis, &index, false)?;
        if source.dtype != self.dtype {
            return Err(Error::Invalid("scatter(): Expected self.dtype to be equal to src.dtype".into()));
        }
        let mut values = source.operand()?;
        values.layout.shape = Shape::from_slice(index.shape());
        let places = index.operand()?;
        let values = self.apart(values)?;
        let target = own.writable(own.storage.value())?;
        self.backend.scatter(&target, axis, &places, &values, how)?;
        self.storage.count_write();
        Ok(())
    }

    /// An operand that does not lie in this tensor's own storage: copied where it does.
    fn apart(&self, operand: Operand) -> Result<Operand> {
        let own = self.storage.value().buffer()?.clone();
        if !own.same(&operand.buffer) {
            return Ok(operand);
        }
        drop(own);
        let reader = Tensor { dtype: operand.dtype, ..self.with_layout(operand.layout) };
        reader.copy_as(reader.dtype, true)?.operand()
    }

    /// This tensor with its indexed axes first and the index tensors broadcast to one shape.
    fn indexed(&self, indices: &[Option<&Tensor>]) -> Result<Indexed> {
        let rank = self.rank();
        if indices.len() > rank {
            return Err(Error::Index(format!("too many indices for tensor of dimension {rank}")));
        }
        let axes: SmallVec<[usize; 6]> = (0..indices.len()).filter(|&a| indices[a].is_some()).collect();
        let given: SmallVec<[&Tensor; 6]> = indices.iter().copied().flatten().collect();
        let shapes: SmallVec<[&[usize]; 6]> = given.iter().map(|t| t.shape()).collect();
        let shape = broadcast_shapes(&shapes).map_err(|_| {
            let texts: Vec<String> = shapes.iter().map(|s| list(s)).collect();
            Error::Index(format!(
                "shape mismatch: indexing tensors could not be broadcast together with shapes {}",
                texts.join(", ")
            ))
        })?;
        let rest: SmallVec<[usize; 6]> = (0..rank).filter(|a| !axes.contains(a)).collect();
        let order: SmallVec<[isize; 6]> = axes.iter().chain(&rest).map(|&a| a as isize).collect();
        let adjacent = axes.windows(2).all(|w| w[1] == w[0] + 1);
        let mut operands = Vec::with_capacity(given.len());
        for index in given {
            let index = index.to_backend(self.backend)?;
            let mut operand = index.operand()?;
            operand.layout = index.layout.broadcast(&shape)?;
            operands.push(operand);
        }
        let front = if adjacent { axes.first().copied().unwrap_or(0) } else { 0 };
        Ok(Indexed { layout: self.layout.permute(&order)?, operands, shape, front, rest })
    }

    /// The elements that the index tensors name together, as NumPy and PyTorch do: adjacent indexed axes give their axes in
    /// place, others in front.
    pub fn index(&self, indices: &[Option<&Tensor>]) -> Result<Tensor> {
        self.read(indices, true)
    }

    /// What stands at these places of an axis; none counts from the end.
    pub fn index_select(&self, axis: isize, index: &Tensor) -> Result<Tensor> {
        let axis = self.layout.axis(axis)?;
        self.read(&along(axis, index), false)
    }

    fn read(&self, indices: &[Option<&Tensor>], wrap: bool) -> Result<Tensor> {
        let indexed = self.indexed(indices)?;
        let mut shape = indexed.shape.clone();
        shape.extend(indexed.rest.iter().map(|&a| self.shape()[a]));
        checked_bytes(&shape, self.dtype, self.backend)?;
        let mut input = self.operand()?;
        input.layout = indexed.layout.clone();
        let buffer = self.backend.index(&input, &indexed.operands, wrap)?;
        let out = Tensor::of_buffer(buffer, self.dtype, &shape, self.backend);
        let order = indexed.order_of_result();
        let layout = out.layout.permute(&order)?;
        Ok(out.with_layout(layout))
    }

    /// Writes `source`, broadcast, where the index tensors point; with `accumulate` adds, places named twice twice.
    pub fn index_put(&self, indices: &[Option<&Tensor>], source: &Tensor, accumulate: bool) -> Result<()> {
        self.put(indices, source, Put { accumulate, wrap: true })
    }

    /// [`Tensor::index_put`] at these places of an axis; none counts from the end.
    pub fn put_along(&self, axis: isize, index: &Tensor, source: &Tensor, accumulate: bool) -> Result<()> {
        let axis = self.layout.axis(axis)?;
        self.put(&along(axis, index), source, Put { accumulate, wrap: false })
    }

    fn put(&self, indices: &[Option<&Tensor>], source: &Tensor, how: Put) -> Result<()> {
        if source.rank() == 0 && source.backend.name() != self.backend.name() {
            return self.put(indices, &source.to_backend(self.backend)?, how);
        }
        require_together(self, &[source])?;
        let indexed = self.indexed(indices)?;
        let mut shape = indexed.shape.clone();
        shape.extend(indexed.rest.iter().map(|&a| self.shape()[a]));
        let order = indexed.order_of_result();
        let result: Shape = order.iter().map(|&a| shape[a as usize]).collect();
        let values = source.layout.broadcast(&result).map_err(|_| {
            Error::Invalid(format!(
                "shape mismatch: value tensor of shape {} cannot be broadcast to indexing result of shape {}",
                list(source.shape()),
                list(&result)
            ))
        })?;
        if source.dtype != self.dtype {
            return Err(Error::Invalid(format!(
                "Index put requires the source and destination dtypes match, got {} for the destination and {} for the source.",
                self.dtype.scalar_name(),
                source.dtype.scalar_name()
            )));
        }
        let mut back: SmallVec<[isize; 6]> = smallvec::smallvec![0; order.len()];
        for (i, &a) in order.iter().enumerate() {
            back[a as usize] = i as isize;
        }
        let mut operand = source.operand()?;
        operand.layout = values.permute(&back)?;
        let operand = self.apart(operand)?;
        let mut target = self.writable(self.storage.value())?;
        target.layout = indexed.layout.clone();
        self.backend.index_put(&target, &indexed.operands, &operand, how)?;
        self.storage.count_write();
        Ok(())
    }

    /// The places of elements that are not zero, row-major: an int64 matrix [count, rank].
    pub fn nonzero(&self) -> Result<Tensor> {
        let (buffer, count) = self.backend.nonzero(&self.operand()?)?;
        Ok(Tensor::of_buffer(buffer, DType::I64, &[count, self.rank()], self.backend))
    }
}

/// One index tensor for one axis.
fn along(axis: usize, index: &Tensor) -> SmallVec<[Option<&Tensor>; 6]> {
    (0..axis).map(|_| None).chain([Some(index)]).collect()
}

/// A tensor seen through index tensors.
struct Indexed {
    /// The indexed axes first, then the rest.
    layout: Layout,
    operands: Vec<Operand>,
    /// The index tensors' common shape.
    shape: Shape,
    /// How many of the other axes come before the index tensors' axes in the result.
    front: usize,
    rest: SmallVec<[usize; 6]>,
}

impl Indexed {
    /// The axes of the kernel's result (index axes, then the rest) in the order that the user sees.
    fn order_of_result(&self) -> SmallVec<[isize; 6]> {
        let n = self.shape.len() as isize;
        let (front, rest) = (self.front as isize, self.rest.len() as isize);
        (n..n + front).chain(0..n).chain(n + front..n + rest).collect()
    }
}
