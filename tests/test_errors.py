"""Misuse of what is called most: the class of exception that PyTorch raises, and words that both texts share."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest

import pyrite
from pyrite import nn, optim
from pyrite.nn import functional as F
from pyrite.utils import data

#: A call, the name of the class, and a part of the text ("" where the texts share none).
ROWS = [
    ("pyrite.zeros(-1)", "RuntimeError", "imension"),
    ("pyrite.zeros(2.5)", "TypeError", "zeros(): argument 'size' (position 1) must be tuple of ints,"),
    ('pyrite.zeros("a")', "TypeError", "zeros(): argument 'size' (position 1) must be tuple of ints,"),
    ("pyrite.zeros(None)", "TypeError", "zeros(): argument 'size' (position 1) must be tuple of ints,"),
    ("pyrite.zeros(2**64)", "TypeError", "zeros(): argument 'size' failed to unpack the object at pos"),
    ("pyrite.zeros(2**62, 4)", "RuntimeError", "Storage size calculation overflowed with sizes=[461168601842"),
    ("pyrite.zeros(2**45)", "RuntimeError", "memory: you tried to allocate 140737488355328 bytes."),
    ("pyrite.empty(0, 2**62, 2**62)", "RuntimeError", "e calculation overflowed"),
    ("pyrite.full((2,), 2**64)", "OverflowError", "int too big to convert"),
    ("pyrite.full((2,), 2**63)", "RuntimeError", "value cannot be converted to type int64_t without overflow"),
    ('pyrite.tensor("a")', "TypeError", "new(): invalid data type 'str'"),
    ("pyrite.tensor(object())", "RuntimeError", "Could not infer dtype of object"),
    ("pyrite.tensor([[1, 2], [3]])", "ValueError", "expected sequence of length 2 at dim 1 (got 1)"),
    ("pyrite.tensor(2**64)", "ValueError", "Overflow when unpacking long long"),
    ("pyrite.tensor([2**63])", "ValueError", "Overflow when unpacking long long"),
    ("pyrite.tensor(300, dtype=pyrite.uint8)", "RuntimeError", "value cannot be converted to type uint8 without ove"),
    ("pyrite.tensor(1j, dtype=pyrite.float32)", "TypeError", "real number"),
    ('pyrite.tensor(1, dtype="float32")', "TypeError", ".dtype, not str"),
    ("pyrite.tensor([None])", "RuntimeError", "Could not infer dtype of NoneType"),
    ("pyrite.tensor({})", "RuntimeError", "Could not infer dtype of dict"),
    ("pyrite.arange(0, 5, 0)", "RuntimeError", "step must be nonzero"),
    ("pyrite.arange(5, 0)", "RuntimeError", "upper bound and lower bound inconsistent with step sign"),
    ("pyrite.arange(0, math.inf)", "RuntimeError", "unsupported range: 0 -> inf"),
    ("pyrite.arange(2**62)", "RuntimeError", "Storage size calculation overflowed with sizes=[461168601842"),
    ("pyrite.linspace(0, 1, -1)", "RuntimeError", "number of steps must be non-negative"),
    ("pyrite.sub(x, 1, alpha=(1, 2))", "TypeError", "sub(): argument 'alpha' must be Number, not tuple"),
    ("pyrite.diag_embed(x, 0, -2, 0.5)", "TypeError", "must be int, not float"),
    ("F.fold(pyrite.ones(1, 8, 4), 4, 1e-300)", "TypeError", "must be"),
    ("F.embedding_bag(pyrite.empty(2**62, 0).long(), x)", "RuntimeError", ""),
    ("pyrite.eye(-1)", "RuntimeError", "n must be greater or equal to 0, got -1"),
    ("pyrite.randint(0, 0, (2,))", "RuntimeError", "random_ expects 'from' to be less than 'to', but got from=0"),
    ("pyrite.randperm(-1)", "RuntimeError", "Trying to create tensor with negative dimension -1: [-1]"),
    ("pyrite.empty_strided((2, 2), (1,))", "RuntimeError", "of strides"),
    ('pyrite.frombuffer(b"abc", dtype=pyrite.float32)', "ValueError", "(3 bytes) after offset (0 bytes) must be a m"),
    ("pyrite.from_numpy([1, 2])", "TypeError", "expected np.ndarray (got list)"),
    ("pyrite.from_numpy(np.ones(4)[::-1])", "ValueError", "At least one stride in the given numpy array is negative"),
    ("pyrite.as_strided(x, (2,), (2**62,))", "RuntimeError", "[4611686018427387904]"),
    ("pyrite.as_strided(x, (2,), (-1,))", "RuntimeError", "as_strided: Negative strides are not supported at the mo"),
    ("pyrite.as_strided(x, (3, 3), (3, 1))", "RuntimeError", "setStorage: sizes [3, 3], strides [3, 1], storage off"),
    ("x.view(4)", "RuntimeError", "shape '[4]' is invalid for input of size 6"),
    ("x.view(-1, -1)", "RuntimeError", "only one dimension can be inferred"),
    ("x.view(-2, 3)", "RuntimeError", "invalid shape dimension -2"),
    ("x.view(2**64)", "TypeError", "view(): argument 'size' failed to unpack the object at pos 1"),
    ("x.t().view(6)", "RuntimeError", "view size is not compatible with input tensor's size and str"),
    ("x.reshape(5)", "RuntimeError", "shape '[5]' is invalid for input of size 6"),
    ("x.expand(4, 3)", "RuntimeError", "The expanded size of the tensor (4) must match the existing"),
    ("x.expand(3)", "RuntimeError", ", size=[3]): the number of sizes provided (1) must be greate"),
    ("pyrite.ones(1).expand(2**31, 2**31, 2**31)", "RuntimeError", "numel: integer multiplication overflow"),
    ("x.permute(0, 0)", "RuntimeError", "permute(): duplicate dims are not allowed."),
    ("x.permute(0)", "RuntimeError", "permute(sparse_coo): number of dimensions in the tensor inpu"),
    ("x.transpose(0, 5)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ("x.unsqueeze(5)", "IndexError", "Dimension out of range (expected to be in range of [-3, 2],"),
    ("x.squeeze(7)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ("x.flatten(1, 0)", "RuntimeError", "flatten() has invalid args: start_dim cannot come after end_"),
    ("x.unflatten(1, (2, 2))", "RuntimeError", "unflatten: Provided sizes [2, 2] don't multiply up to the si"),
    ("x.split(-1)", "RuntimeError", "split expects split_size be non-negative, but got split_size"),
    ("x.split([1, 2])", "RuntimeError", "split_with_sizes expects split_sizes to sum exactly to 2 (in"),
    ("x.chunk(0)", "RuntimeError", "chunk expects `chunks` to be greater than 0, got: 0"),
    ("pyrite.empty(2**62, 0).unbind(0)", "RuntimeError", ""),
    ("x.narrow(0, 0, 5)", "RuntimeError", "start (0) + length (5) exceeds dimension size (2)."),
    ("x.narrow(0, 5, 1)", "IndexError", "out of range (expected to be in range of [-2, 2], but got 5)"),
    ("x.select(0, 5)", "IndexError", "dimension 0"),
    ("x.diagonal(0, 0, 0)", "RuntimeError", "diagonal dimensions cannot be identical 0, 0"),
    ("x.unfold(0, 5, 1)", "RuntimeError", "maximum size for tensor at dimension 0 is 2 but size is 5"),
    ("x.unfold(0, 1, 0)", "RuntimeError", "step is 0 but must be > 0"),
    ("x.repeat(2)", "RuntimeError", "Number of dimensions of repeat dims can not be smaller than"),
    ("x.repeat(-1, 2)", "RuntimeError", "Trying to create tensor with negative dimension -"),
    ("x.roll(1, 5)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ("x[5]", "IndexError", "index 5 is out of bounds for dimension 0 with size 2"),
    ("x[0, 0, 0]", "IndexError", "too many indices for tensor of dimension 2"),
    ('x["a"]', "TypeError", "new(): invalid data type 'str'"),
    ("x[1.5]", "IndexError", "only integers, slices (`:`), ellipsis (`...`), None and long"),
    ("x[::-1]", "ValueError", "step must be greater than zero"),
    ("x[::0]", "ValueError", ""),
    ("x[2**64]", "ValueError", "Overflow when unpacking long long"),
    ("x[[5]]", "IndexError", "index 5 is out of bounds for dimension 0 with size 2"),
    ("x[pyrite.tensor([0.5])]", "IndexError", "tensors used as indices must be long, int, byte or bool tens"),
    ("x[pyrite.tensor([True, False, True])]", "IndexError", "The shape of the mask [3] at index 0 does not match th"),
    ("x[pyrite.tensor([0, 1]), pyrite.tensor([0, 1, 2])]", "IndexError", "shape mismatch: indexing tensors could no"),
    ("x.__setitem__(0, pyrite.ones(4))", "RuntimeError", "(4) at non-singleton dimension 0"),
    ('x.__setitem__(slice(None), "a")', "TypeError", "can't assign a str to a"),
    ("x.gather(0, pyrite.tensor([[5]]))", "RuntimeError", "index 5 is out of bounds for dimension 0 with size 2"),
    ("x.gather(0, pyrite.tensor([5]))", "RuntimeError", "Index tensor must have the same number of dimensions as in"),
    ("x.gather(0, pyrite.tensor([[0.5]]))", "RuntimeError", "gather(): Expected dtype int32/int64 for index"),
    ("x.index_select(0, pyrite.tensor([5]))", "IndexError", "index out of range in self"),
    ("x.index_select(0, pyrite.tensor([-1]))", "IndexError", "index out of range in self"),
    ("x.scatter(0, pyrite.tensor([[9]]), 1.0)", "RuntimeError", "index 9 is out of bounds for dimension 0 with size"),
    ("x.index_add(0, pyrite.tensor([0]), pyrite.ones(2, 3))", "RuntimeError", "index_add"),
    ("x.masked_fill(pyrite.ones(2, 3), 0)", "RuntimeError", "only supports boolean masks, but got"),
    ("x.masked_select(pyrite.ones(2, 3))", "RuntimeError", "masked_select: expected BoolTensor for mask"),
    ("x.take(pyrite.tensor([9]))", "IndexError", ""),
    ("pyrite.cat([])", "ValueError", ""),
    ("pyrite.cat([x, pyrite.ones(2, 4)])", "RuntimeError", "Sizes of tensors must match except in dimension 0. Expe"),
    ("pyrite.cat([x, x], 5)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ("pyrite.cat(3)", "TypeError", "cat(): argument 'tensors' (position 1) must be tuple of Tens"),
    ("pyrite.cat([x, 3])", "TypeError", "expected Tensor as element 1 in argument 0, but got int"),
    ("pyrite.stack([x, pyrite.ones(3)])", "RuntimeError", "stack expects each tensor to be equal size, but got [2,"),
    ("pyrite.stack([])", "RuntimeError", "stack expects a non-empty TensorList"),
    ("pyrite.where(x, x, x)", "RuntimeError", "where expected condition to be a boolean tensor, but got a t"),
    ("x + pyrite.ones(4)", "RuntimeError", "The size of tensor a (3) must match the size of tensor b (4)"),
    ('x + "a"', "TypeError", "unsupported operand type(s) for +: 'Tensor' and 'str'"),
    ("x + None", "TypeError", "unsupported operand type(s) for +: 'Tensor' and 'NoneType'"),
    ("x + 2**64", "OverflowError", "int too big to convert"),
    ("x @ x", "RuntimeError", "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"),
    ("x @ 3", "TypeError", ""),
    ("pyrite.mm(x, pyrite.ones(3))", "RuntimeError", "mat2 must be a matrix"),
    ("pyrite.mm(x, x)", "RuntimeError", "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"),
    ("pyrite.bmm(x, x)", "RuntimeError", "batch1 must be a 3D tensor"),
    ("pyrite.mv(x, 3)", "TypeError", "mv(): argument 'vec' (position 2) must be Tensor, not int"),
    ("pyrite.matmul(pyrite.ones(()), x)", "RuntimeError", "both arguments to matmul need to be at least 1D, but the"),
    ("pyrite.matmul(x, pyrite.ones(3, 2, dtype=pyrite.float64))", "RuntimeError", "expected m1 and m2 to have the s"),
    ("pyrite.dot(pyrite.ones(2), pyrite.ones(3))", "RuntimeError", "inconsistent tensor size, expected tensor [2] a"),
    ('pyrite.einsum("ij,jk", x, x)', "RuntimeError", "which does not broadcast with previously seen size 3"),
    ('pyrite.einsum("ij->i->", x)', "RuntimeError", "einsum(): invalid subscript given"),
    ("x.sum(5)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ('x.sum("a")', "TypeError", "argument"),
    ("x.sum((0, 0))", "RuntimeError", "dim 0 appears multiple times in the list of dims"),
    ("x.mean(5)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ("x.long().mean()", "RuntimeError", "mean(): could not infer output dtype. Input dtype must be ei"),
    ("x.max(5)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ("pyrite.zeros(0).max()", "RuntimeError", "max(): Expected reduction dim to be specified for input.nume"),
    ("pyrite.zeros(0).argmax()", "IndexError", "argmax(): Expected reduction dim to be specified for input.n"),
    ("pyrite.zeros(0, 3).max(0)", "IndexError", "max(): Expected reduction dim 0 to have non-zero size."),
    ("x.softmax(5)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ("x.cumsum(5)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ("x.sort(5)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ("x.topk(9)", "RuntimeError", "selected index k out of range"),
    ("x.kthvalue(9)", "RuntimeError", "kthvalue(): selected number k out of range for dimension 1"),
    ("x.norm(dim=5)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ("x.std(5)", "IndexError", "Dimension out of range (expected to be in range of [-2, 1],"),
    ("x.item()", "RuntimeError", "a Tensor with 6 elements cannot be converted to Scalar"),
    ("pyrite.ones(2).__bool__()", "RuntimeError", "Boolean value of Tensor with more than one value is ambiguou"),
    ("int(pyrite.ones(2))", "ValueError", "only one element tensors can be converted to Python scalars"),
    ("len(pyrite.tensor(1))", "TypeError", "len() of a 0-d tensor"),
    ("iter(pyrite.tensor(1))", "TypeError", "iteration over a 0-d tensor"),
    ("-pyrite.tensor([True])", "RuntimeError", "Negation, the `-` operator, on a bool tensor is not supporte"),
    ("pyrite.tensor([True]) - pyrite.tensor([True])", "RuntimeError", "Subtraction, the `-` operator, with two bool"),
    ("~x", "TypeError", "~ (operator.invert) is only implemented on integer and Boole"),
    ("x & x", "NotImplementedError", "\" not implemented for 'Float'"),
    ("x << 1", "NotImplementedError", "\" not implemented for 'Float'"),
    ("pyrite.tensor([1]) // 0", "RuntimeError", "ZeroDivisionError"),
    ("pyrite.tensor([2]) ** -1", "RuntimeError", "Integers to negative integer powers are not allowed."),
    ("x.long().sqrt_()", "RuntimeError", "result type Float can't be cast to the desired output type L"),
    ("x.long().add_(1.5)", "RuntimeError", "result type Float can't be cast to the desired output type L"),
    ("pyrite.ones(1).expand(3).add_(1)", "RuntimeError", "unsupported operation: more than one element of the writt"),
    ("pyrite.ones(3, requires_grad=True).add_(1)", "RuntimeError", "a leaf Variable that requires grad is being use"),
    ("pyrite.ones(3, requires_grad=True)[0].add_(1)", "RuntimeError", "a view of a leaf Variable that requires grad"),
    ("pyrite.ones(3, requires_grad=True).numpy()", "RuntimeError", "Can't call numpy() on Tensor that requires grad"),
    ("pyrite.ones(3, dtype=pyrite.int64, requires_grad=True)", "RuntimeError", "nly Tensors of floating point and c"),
    ("x.copy_(pyrite.ones(4))", "RuntimeError", "The size of tensor a (3) must match the size of tensor b (4)"),
    ("x.resize_(2**62)", "RuntimeError", "Storage size calculation overflowed with sizes=[461168601842"),
    ("x.resize_(-1)", "RuntimeError", ""),
    ("x.backward()", "RuntimeError", "element 0 of tensors does not require grad and does not have"),
    ("pyrite.ones(3, requires_grad=True).backward()", "RuntimeError", "grad can be implicitly created only for scal"),
    ("twice((pyrite.ones(3, requires_grad=True) ** 2).sum())", "RuntimeError", "Trying to backward through the grap"),
    ("(pyrite.ones(3, requires_grad=True) * 2).backward(pyrite.ones(4))", "RuntimeError", "Mismatch in shape: grad_"),
    ("pyrite.autograd.grad(x.sum(), x)", "RuntimeError", "element 0 of tensors does not require grad and does not h"),
    ("pyrite.autograd.grad((w * 2).sum(), pyrite.ones(3, requires_grad=True))", "RuntimeError", "appears to not hav"),
    ('setattr(x, "grad", pyrite.ones(5))', "RuntimeError", "a tensor of s"),
    ('setattr(x, "grad", 3)', "TypeError", "assigned grad expected to be a Tensor or None but got grad o"),
    ("x.register_hook(print)", "RuntimeError", "cannot register a hook on a tensor that doesn't require grad"),
    ("pyrite.linalg.inv(x)", "RuntimeError", "linalg.inv: A must be batches of square matrices, but they a"),
    ("pyrite.linalg.inv(pyrite.zeros(2, 2))", "LinAlgError", "linalg.inv: The diagonal element 1 is zero, the inver"),
    ("pyrite.linalg.cholesky(-pyrite.ones(2, 2))", "LinAlgError", "linalg.cholesky: The factorization could not be"),
    ("pyrite.linalg.svd(pyrite.ones(3))", "RuntimeError", "linalg.svd: The input tensor A must have at least 2 dime"),
    ("pyrite.linalg.svd(pyrite.full((2, 2), math.nan))", "LinAlgError", "linalg.svd: The algorithm failed to conver"),
    ("pyrite.linalg.svd(pyrite.ones(2**20, 1))", "RuntimeError", "memory: you tried to allocate"),
    ("pyrite.linalg.solve(pyrite.ones(2, 2), pyrite.ones(3))", "RuntimeError", "linalg.solve: Incompatible shapes o"),
    ("pyrite.multinomial(pyrite.tensor([-1.0, 2.0]), 1)", "RuntimeError", "probability tensor contains either `inf`"),
    ("pyrite.bernoulli(pyrite.tensor([2.0]))", "RuntimeError", ""),
    ("pyrite.poisson(pyrite.tensor([-1.0]))", "RuntimeError", "invalid Poisson rate, expected rate to be non-negati"),
    ("pyrite.histogram(pyrite.ones(3), 0)", "RuntimeError", ""),
    ("pyrite.bincount(pyrite.tensor([-1]))", "RuntimeError", "bincount only supports 1-d non-negative integral inpu"),
    ("pyrite.vander(pyrite.ones(3), 2**35)", "RuntimeError", ""),
    ("pyrite.tril_indices(2**31, 2**31)", "RuntimeError", "Storage size calculation overflowed with sizes=[2, 23058"),
    ("pyrite.combinations(pyrite.ones(100), 50)", "RuntimeError", "ation overflow"),
    ("pyrite.repeat_interleave(pyrite.tensor([2**40, 2**40]))", "RuntimeError", "memory: you tried to allocate 1759"),
    ("pyrite.set_num_threads(0)", "RuntimeError", "set_num_threads expects a positive integer"),
    ('pyrite.device("foo")', "RuntimeError", "device type at start of device string: foo"),
    ("pyrite.device(3.5)", "TypeError", "argument"),
    ("pyrite.finfo(pyrite.int64)", "TypeError", ".finfo() requires a floating point input type. Use"),
    ("pyrite.Generator().set_state(pyrite.ones(3, dtype=pyrite.uint8))", "RuntimeError", "Expected a CPUGeneratorIm"),
    ("F.conv2d(pyrite.ones(1, 2, 4, 4), pyrite.ones(1, 3, 3, 3))", "RuntimeError", "Given groups=1, weight of size"),
    ("F.conv2d(pyrite.ones(4), pyrite.ones(1, 1, 3, 3))", "RuntimeError", "Expected 3D (unbatched) or 4D (batched)"),
    ("F.conv2d(pyrite.ones(1, 1, 4, 4), pyrite.ones(1, 1, 5, 5))", "RuntimeError", "Calculated padded input size pe"),
    ("F.conv2d(pyrite.ones(1, 1, 4, 4), pyrite.ones(1, 1, 3, 3), stride=0)", "RuntimeError", "non-positive stride i"),
    ("F.conv2d(pyrite.ones(1, 1, 4, 4), pyrite.ones(1, 1, 3, 3), padding=-1)", "RuntimeError", "negative padding is"),
    ("F.conv2d(pyrite.ones(1, 1, 4, 4), pyrite.ones(1, 1, 3, 3), groups=0)", "RuntimeError", "non-positive groups i"),
    ("F.conv2d(pyrite.ones(1, 1, 4, 4), pyrite.ones(1, 1, 0, 0))", "RuntimeError", "kernel size should be greater t"),
    ("F.conv2d(3, pyrite.ones(1, 1, 3, 3))", "TypeError", "argument"),
    ("F.linear(x, pyrite.ones(2, 4))", "RuntimeError", "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x2)"),
    ("F.linear(x, 3)", "TypeError", "linear(): argument 'weight' (position 2) must be Tensor, not"),
    ("F.cross_entropy(x, pyrite.tensor([0, 1, 2]))", "ValueError", "Expected input batch_size (2) to match target b"),
    ("F.cross_entropy(x, pyrite.tensor([0, 9]))", "IndexError", "Target 9 is out of bounds."),
    ('F.cross_entropy(x, pyrite.tensor([0, 1]), reduction="foo")', "ValueError", "foo is not a valid value for redu"),
    ("F.cross_entropy(x, pyrite.tensor([0, 1]), label_smoothing=2.0)", "RuntimeError", "label_smoothing must be bet"),
    ("F.nll_loss(x, pyrite.tensor([0.5, 1.0]))", "RuntimeError", "expected"),
    ("F.binary_cross_entropy(x, x * 2)", "RuntimeError", "t should be between 0 and 1"),
    ("F.binary_cross_entropy(x, pyrite.ones(3))", "ValueError", ".Size([2, 3])) is deprecated. Please ensure they h"),
    ("F.embedding(pyrite.tensor([9]), x)", "IndexError", "index out of range in self"),
    ("F.embedding(pyrite.tensor([-1]), x)", "IndexError", "index out of range in self"),
    ("F.embedding(pyrite.tensor([0.5]), x)", "RuntimeError", "Expected tensor for argument #1 'indices' to have one"),
    ("F.embedding_bag(pyrite.tensor([0, 7]), x, pyrite.tensor([0]))", "RuntimeError", "is not in the valid range [0"),
    ("F.one_hot(pyrite.tensor([-1]))", "RuntimeError", "Class values must be non-negative."),
    ("F.one_hot(pyrite.tensor([5]), 3)", "RuntimeError", "Class values must be smaller than num_classes."),
    ("F.max_pool2d(pyrite.ones(3), 2)", "RuntimeError", "3D or 4D (batch mode) tensor"),
    ("F.max_pool2d(pyrite.ones(1, 1, 4, 4), 0)", "RuntimeError", ""),
    ("F.max_pool2d(pyrite.ones(1, 1, 4, 4), 2, padding=2)", "RuntimeError", "pad should be at most half of effectiv"),
    ("F.max_pool2d(pyrite.ones(1, 1, 4, 4), 9)", "RuntimeError", "4). Calculated output size: ("),
    ("F.avg_pool2d(pyrite.ones(1, 1, 4, 4), 2, 0)", "RuntimeError", ""),
    ("F.adaptive_avg_pool2d(pyrite.ones(1, 1, 4, 4), -1)", "RuntimeError", "adaptive_avg_pool2d: elements of output"),
    ("F.adaptive_avg_pool2d(pyrite.ones(1, 1, 4, 4), 2**40)", "RuntimeError", "ation overflow"),
    ("F.adaptive_max_pool1d(pyrite.ones(1, 1, 4), 2**40)", "RuntimeError", "memory: you tried to allocate"),
    ("F.interpolate(pyrite.ones(1, 1, 4))", "ValueError", "either size or scale_factor should be defined"),
    ("F.interpolate(pyrite.ones(1, 1, 4), size=2**40)", "RuntimeError", "memory: you tried to allocate"),
    ("F.interpolate(pyrite.ones(1, 1, 4), scale_factor=1e300)", "RuntimeError", "value cannot be converted to type"),
    ('F.interpolate(pyrite.ones(1, 1, 4), size=2, mode="foo")', "NotImplementedError", "Input Error: Only 3D, 4D an"),
    ("F.pad(x, (1,))", "RuntimeError", "Padding length must be divisible by 2"),
    ('F.pad(x, "a")', "TypeError", "pad(): argument 'pad' (position 2) must be tuple of ints, no"),
    ('F.pad(x, (1, 1), "foo")', "NotImplementedError", "Unrecognised padding mode foo"),
    ('F.pad(pyrite.ones(1, 3), (5, 0), "reflect")', "RuntimeError", "Argument #4: Padding size should be less than"),
    ('F.pad(pyrite.ones(1, 3), (2**40, 0), "replicate")', "RuntimeError", "memory: you tried to allocate"),
    ("F.layer_norm(x, (2,))", "RuntimeError", "Given normalized_shape=[2], expected input with shape [*, 2]"),
    ("F.group_norm(pyrite.ones(2, 4), 3)", "RuntimeError", "Expected number of channels in input to be divisible by"),
    ("F.batch_norm(pyrite.ones(1, 3), None, None, training=True)", "ValueError", "Expected more than 1 value per ch"),
    ("F.batch_norm(pyrite.ones(2, 3), pyrite.ones(2), pyrite.ones(2))", "RuntimeError", "running_mean should contai"),
    ("F.dropout(x, 2.0)", "ValueError", "dropout probability has to be between 0 and 1, but got 2.0"),
    ("F.local_response_norm(pyrite.ones(2, 4, 3), 0)", "RuntimeError", "size should be greater than zero, but got"),
    ("F.pixel_shuffle(pyrite.ones(1, 3, 2, 2), 2)", "RuntimeError", "pixel_shuffle expects its input's 'channel' di"),
    ("F.glu(pyrite.ones(3))", "RuntimeError", "Halving dimension must be even, but dimension"),
    ('F.relu("a")', "TypeError", "relu(): argument 'input' (position 1) must be Tensor, not st"),
    ("F.unfold(pyrite.ones(1, 1, 4, 4), 9)", "RuntimeError", "Given input with spatial size (4, 4), kernel_size=(9,"),
    ("F.fold(pyrite.ones(1, 3, 4), 2, 2)", "RuntimeError", "Expected size of input's dimension 1 to be divisible by"),
    ("F.grid_sample(pyrite.ones(1, 1, 4, 4), pyrite.ones(1, 2, 2, 3))", "RuntimeError", "size 2 in last dimension,"),
    ("F.scaled_dot_product_attention(x, x, pyrite.ones(3, 3), is_causal=True)", "RuntimeError", "mat1 and mat2 shap"),
    ("nn.Linear(2, 3).load_state_dict({})", "RuntimeError", "Error(s) in loading state_dict for Linear:"),
    ('nn.Linear(2, 3).load_state_dict({"weight": pyrite.ones(3, 3), "bias": pyrite.ones(3)})', "RuntimeError", ""),
    ("nn.Linear(2, 3).load_state_dict(3)", "TypeError", "Expected state_dict to be dict-like, got <class 'int'>."),
    ('nn.Linear("a", 2)', "TypeError", "empty(): argument 'size'"),
    ("nn.Linear(2**62, 2**62)", "RuntimeError", "Storage size calculation overflowed with sizes=[461168601842"),
    ("nn.Embedding(3, 2, padding_idx=5)", "AssertionError", "Padding_idx must be within num_embeddings"),
    ("nn.Conv2d(2, 3, 3, groups=2)", "ValueError", "out_channels must be divisible by groups"),
    ('nn.Conv2d(2, 3, 3, padding="foo")', "ValueError", "Invalid padding string 'foo', should be one of"),
    ("nn.BatchNorm2d(3)(pyrite.ones(2, 3))", "ValueError", "expected 4D input (got 2D input)"),
    ("nn.LSTM(3, 4)(pyrite.ones(2, 2, 5))", "RuntimeError", "input.size(-1) must be equal to input_size. Expected 3"),
    ("nn.LSTM(3, 0)", "ValueError", "hidden_size must be greater than zero"),
    ("nn.MultiheadAttention(5, 2)", "AssertionError", "embed_dim must be divisible by num_heads"),
    ("nn.Sequential(3)", "TypeError", "int is not a Module subclass"),
    ("nn.ModuleList([3])", "TypeError", "int is not a Module subclass"),
    ('nn.ModuleDict({"a": 3})', "TypeError", "int is not a Module subclass"),
    ("nn.Module()(3)", "NotImplementedError", 'Module [Module] is missing the required "forward" function'),
    ('nn.Module().register_buffer("a.b", pyrite.ones(1))', "KeyError", "'buffer name can\\'t contain \".\"'"),
    ('nn.Module().register_parameter("a", 3)', "TypeError", ""),
    ("nn.Module().missing", "AttributeError", "'Module' object has no attribute 'missing'"),
    ("nn.Dropout(2.0)", "ValueError", "dropout probability has to be between 0 and 1, but got 2.0"),
    ("nn.utils.clip_grad_norm_([w], 1.0, error_if_nonfinite=True) or w.missing", "AttributeError", "'Tensor' object"),
    ("optim.SGD([], lr=0.1)", "ValueError", "optimizer got an empty parameter list"),
    ("optim.SGD(w, lr=0.1)", "TypeError", "params argument given to the optimizer should be an iterable"),
    ("optim.SGD([3], lr=0.1)", "TypeError", "optimizer can only optimize Tensors, but one of the params i"),
    ("optim.SGD([w], lr=-1)", "ValueError", "Invalid learning rate: -1"),
    ("optim.SGD([w * 2], lr=0.1)", "ValueError", "can't optimize a non-leaf Tensor"),
    ("optim.SGD([w], lr=0.1, nesterov=True)", "ValueError", "Nesterov momentum requires a momentum and zero dampeni"),
    ('optim.SGD([{"params": [w]}, {"params": [w]}], lr=0.1)', "ValueError", "some parameters appear in more than on"),
    ("optim.Adam([w], betas=(2, 0))", "ValueError", "Invalid beta parameter at index 0: 2"),
    ("optim.Adam([w], eps=-1)", "ValueError", "Invalid epsilon value: -1"),
    ('optim.SGD([w], lr=0.1).load_state_dict({"param_groups": [], "state": {}})', "ValueError", "loaded state dict"),
    ("data.DataLoader(range(3), batch_size=0)", "ValueError", "batch_size should be a positive integer value, but g"),
    ("data.DataLoader(range(3), batch_size=-1)", "ValueError", "batch_size should be a positive integer value, but"),
    ('data.DataLoader(range(3), batch_size="a")', "ValueError", "batch_size should be a positive integer value, but"),
    ("data.DataLoader(range(3), num_workers=-1)", "ValueError", "num_workers option should be non-negative; use num"),
    ("data.DataLoader(range(3), batch_size=2, batch_sampler=[[0]])", "ValueError", "batch_sampler option is mutuall"),
    ("data.DataLoader(range(3), shuffle=True, sampler=[0])", "ValueError", "sampler option is mutually exclusive wi"),
    ("data.DataLoader(range(3), timeout=-1)", "ValueError", "timeout option should be non-negative"),
    ("list(data.DataLoader([object()]))", "TypeError", "default_collate: batch must contain tensors, numpy arrays,"),
    ("list(data.DataLoader([pyrite.ones(2), pyrite.ones(3)], batch_size=2))", "RuntimeError", "stack expects each t"),
    ("data.TensorDataset(pyrite.ones(2), pyrite.ones(3))", "AssertionError", "Size mismatch between tensors"),
    ("data.random_split(range(3), [1, 1])", "ValueError", "Sum of input lengths does not equal the length of the in"),
    ("data.RandomSampler(range(3), num_samples=0)", "ValueError", "num_samples should be a positive integer value,"),
    ('pyrite.load(io.BytesIO(b"garbage"))', "UnpicklingError", ""),
    ('pyrite.load(io.BytesIO(b""))', "EOFError", ""),
    ("pyrite.save(x, 3)", "AttributeError", "expected 'f' to be string, path, or a file-like object with"),
]

#: Calls that once ended the process, hung, or surfaced as a mistake of the package.
FOUND = [
    ("F.soft_margin_loss((1, 2), (1, 2))", "TypeError"),
    ("F.soft_margin_loss(x, (1, 2))", "TypeError"),
    ("pyrite.Tensor.detach(np.ones(2))", "TypeError"),
    ("pyrite.Tensor.detach_(np.ones(2))", "TypeError"),
    ("pyrite.empty(2**62, 0).sum(-1)", "RuntimeError"),
    ("pyrite.empty(2**62, 0).t().any(0)", "RuntimeError"),
    ("pyrite.empty(2**62, 0).cumsum(0).unbind()", "RuntimeError"),
    ("pyrite.as_strided(x, (2**62, 4), (0, 0))", "RuntimeError"),
    ("pyrite.empty(0).view(0, 2**62, 2**62)", "RuntimeError"),
    ("pyrite.linalg.vander(pyrite.ones(3), N=2**62)", "RuntimeError"),
    ("pyrite.linalg.eigh(pyrite.full((2, 2), math.nan))", "LinAlgError"),
    ("pyrite.empty(2**40, 0).tolist()", "RuntimeError"),
    ("pyrite.empty(2**62, 0).split(1)", "RuntimeError"),
    ("pyrite.empty(0).chunk(2**62)", "RuntimeError"),
    ("pyrite.ones(3).tensor_split(2**40)", "RuntimeError"),
    ("pyrite.mvlgamma(pyrite.ones(2), 2**40)", "RuntimeError"),
    ("pyrite.histogram(pyrite.ones(3), 2**62)", "RuntimeError"),
    ("pyrite.logspace(0, 1, 2**40)", "RuntimeError"),
    ("pyrite.empty(2**62, 0).triu()", "RuntimeError"),
    ("pyrite.broadcast_shapes(pyrite.zeros(2**20), 3)", "RuntimeError"),
    ("pyrite.movedim(x, pyrite.zeros(2**20), 0)", "TypeError"),
    ("pyrite.diff(x, prepend=pyrite.ones(3))", "RuntimeError"),
    ("pyrite.unsafe_split_with_sizes(pyrite.tensor(3.0), [1])", "RuntimeError"),
    ("pyrite.slice_scatter(pyrite.tensor(1.0), x)", "RuntimeError"),
    ("pyrite.lu_unpack(pyrite.tensor(1.0), x, unpack_pivots=False)", "RuntimeError"),
    ("pyrite.ormqr(x.t(), pyrite.ones(2), pyrite.tensor(1.0))", "RuntimeError"),
    ("pyrite.linalg.solve(pyrite.ones(1, 2, 2), pyrite.tensor(1.0))", "RuntimeError"),
    ("pyrite.cumulative_trapezoid(x, pyrite.tensor(3))", "RuntimeError"),
    ("pyrite.linalg.lstsq(pyrite.ones(4, 3), pyrite.zeros(0))", "RuntimeError"),
    ("pyrite.linalg.householder_product(pyrite.ones(3, 3), pyrite.tensor(1.5))", "RuntimeError"),
    ("pyrite.linalg.lu(pyrite.empty(2**62, 0))", "RuntimeError"),
    ("pyrite.signal.windows.nuttall(2**62)", "RuntimeError"),
    ("pyrite.histogram(pyrite.ones(3), 3, range=(-1,))", "RuntimeError"),
    ("pyrite.zeros(2, out=0)", "TypeError"),
    ("pyrite.clone(x, memory_format=x)", "TypeError"),
    ("pyrite.finfo(x)", "TypeError"),
    ("x.set_(range(3))", "TypeError"),
    ("x.set_(x.long())", "RuntimeError"),
    ("x.index_put_((0,), 3)", "TypeError"),
    ("x.cdist(3)", "TypeError"),
    ("nn.LSTM(3, 4, 2**31)", "RuntimeError"),
    ("nn.GroupNorm(0, 2)", "ValueError"),
    ("nn.utils.rnn.pack_padded_sequence(pyrite.ones(4, 2, 3), (2**40, 2**40))", "RuntimeError"),
    ("F.ctc_loss(pyrite.ones(5, 1, 3), pyrite.tensor([[1, 2]]), (5,), (2**31,))", "RuntimeError"),
    ("F.adaptive_max_pool3d(pyrite.ones(1, 1, 4, 4, 4), 2**31)", "RuntimeError"),
]


def twice(loss: pyrite.Tensor) -> None:
    loss.backward()
    loss.backward()


@pytest.mark.parametrize(("call", "name", "text"), [*ROWS, *((call, name, "") for call, name in FOUND)])
def test_misuse(call: str, name: str, text: str) -> None:
    x = pyrite.arange(6.0).reshape(2, 3)
    scope = {
        "pyrite": pyrite, "nn": nn, "F": F, "optim": optim, "data": data, "np": np, "io": io, "math": math, "x": x,
        "twice": twice, "w": pyrite.ones(3, requires_grad=True),
    }  # fmt: skip
    with pytest.raises(Exception) as raised:
        eval(call, scope)
    assert type(raised.value).__name__ == name, repr(raised.value)
    assert text in str(raised.value)


def test_a_batch_that_contains_itself() -> None:
    batch: list = []
    batch.append(batch)
    with pytest.raises(RecursionError, match="contains itself"):
        data.default_collate(batch)


def test_contraction_of_no_dimension() -> None:
    with pytest.raises(IndexError, match="Dimension specified as -1 but tensor has no dimensions"):
        pyrite.tensordot(pyrite.tensor(3), pyrite.tensor(3), ([-1], [-1]))


def test_what_stays_possible() -> None:
    """Large numbers that are no mistake."""
    assert pyrite.ones(1).expand(2**62).numel() == 2**62
    assert pyrite.empty(2**62, 0).sum(0).shape == (0,)
    assert pyrite.polygamma(2**31 - 1, pyrite.full((1,), 0.5)).isinf().all()
    assert pyrite.linalg.svd(pyrite.ones(2**16, 1), full_matrices=False)[0].shape == (2**16, 1)
    assert pyrite.combinations(pyrite.ones(3), 2**31).shape == (0, 2**31)
    assert x_by_place().tolist() == [1.0, 3.0]


def x_by_place() -> pyrite.Tensor:
    return pyrite.zeros(1).set_(pyrite.arange(4.0), 1, (2,), (2,))


def test_indices_of_a_triangle() -> None:
    for rows, columns, offset in [(3, 4, 1), (4, 3, -2), (2, 2, 9), (2, 2, -9), (0, 3, 0), (3, 0, 0)]:
        for name in ("tril", "triu"):
            got = getattr(pyrite, f"{name}_indices")(rows, columns, offset)
            whole = getattr(np, name)(np.ones((rows, columns)), offset)
            assert got.tolist() == [list(a) for a in np.nonzero(whole)]


def test_threads_are_bounded() -> None:
    before = pyrite.get_num_threads()
    try:
        pyrite.set_num_threads(2**31 - 1)
        assert pyrite.get_num_threads() <= 1024
    finally:
        pyrite.set_num_threads(before)
