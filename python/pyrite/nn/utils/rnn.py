"""Sequences of different lengths, padded to one batch or packed step by step."""

from collections import namedtuple
from collections.abc import Sequence

from pyrite import ops
from pyrite.dtype import float32, float64, int64
from pyrite.tensor import Tensor


class PackedSequence(namedtuple("PackedSequence", ["data", "batch_sizes", "sorted_indices", "unsorted_indices"])):
    """The steps of a batch of sequences one after another, each step over the sequences that still run, longest
    first."""

    __slots__ = ()

    def __new__(cls, data: Tensor, batch_sizes: Tensor | None = None, sorted_indices=None, unsorted_indices=None):
        if unsorted_indices is None and sorted_indices is not None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args, **kwargs) -> "PackedSequence":
        """The same sequences on another device or in another dtype."""
        data = self.data.to(*args, **kwargs)
        indices = (None if i is None else i.to(data.device) for i in (self.sorted_indices, self.unsorted_indices))
        return type(self)(data, self.batch_sizes, *indices)

    def cpu(self) -> "PackedSequence":
        """The same sequences on the CPU."""
        return self.to("cpu")

    def double(self) -> "PackedSequence":
        """The same sequences in float64."""
        return self.to(float64)

    def float(self) -> "PackedSequence":
        """The same sequences in float32."""
        return self.to(float32)

    @property
    def is_cuda(self) -> bool:
        return self.data.is_cuda


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes one."""
    if permutation is None:
        return None
    places = ops.arange(permutation.numel(), device=permutation.device)
    return ops.empty_like(permutation).scatter_(0, permutation, places)


def pack_padded_sequence(
    input: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Packs (L, N, *) or, with `batch_first`, (N, L, *), cut to the given lengths; sorts them unless they must be
    sorted."""
    lengths = (lengths if isinstance(lengths, Tensor) else ops.tensor(list(lengths), dtype=int64, device="cpu")).to(
        "cpu", int64
    )
    sorted_indices = None
    if not enforce_sorted:
        lengths, sorted_indices = lengths.sort(descending=True)
        sorted_indices = sorted_indices.to(input.device)
        input = input.index_select(0 if batch_first else 1, sorted_indices)
    counts = lengths.tolist()
    input = input.transpose(0, 1) if batch_first else input
    if not counts or counts[-1] <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if len(counts) != input.size(1):
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(counts)} (batch_size={input.size(1)})"
        )
    if counts != sorted(counts, reverse=True):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement."
        )
    if counts[0] > input.size(0):
        raise RuntimeError(f"pack_padded_sequence: a length of {counts[0]} exceeds the {input.size(0)} steps there are")
    sizes = [sum(n > t for n in counts) for t in range(counts[0])]
    data = ops.cat([input[t, :size] for t, size in enumerate(sizes)])
    return PackedSequence(data, ops.tensor(sizes, dtype=int64, device="cpu"), sorted_indices)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """The inverse of `pack_padded_sequence`: the padded batch and the lengths."""
    sizes = sequence.batch_sizes.tolist()
    steps, batch = len(sizes), sizes[0]
    if total_length is not None and total_length < steps:
        raise ValueError(
            "Expected total_length to be at least the length of the longest sequence in input, but got "
            f"total_length={total_length} and max sequence length being {steps}"
        )
    rest = [0, 0] * (sequence.data.dim() - 1)
    rows = [
        ops.constant_pad_nd(step, [*rest, 0, batch - step.size(0)], padding_value)
        for step in sequence.data.split(sizes)
    ]
    padded = ops.stack(rows)
    if total_length is not None:
        padded = ops.constant_pad_nd(padded, [0, 0, *rest, 0, total_length - steps], padding_value)
    lengths = ops.tensor([sum(size > i for size in sizes) for i in range(batch)], dtype=int64, device="cpu")
    if sequence.unsorted_indices is not None:
        padded = padded.index_select(1, sequence.unsorted_indices)
        lengths = lengths.index_select(0, sequence.unsorted_indices.cpu())
    return (padded.transpose(0, 1) if batch_first else padded), lengths


def pad_sequence(
    sequences: Sequence[Tensor], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Stacks tensors (L_i, *) padded to the longest: (L, N, *), or (N, L, *) with `batch_first`."""
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    longest = max(s.size(0) for s in sequences)
    rows = []
    for sequence in sequences:
        missing = longest - sequence.size(0)
        sides = [0, missing] if padding_side == "right" else [missing, 0]
        rows.append(ops.constant_pad_nd(sequence, [0, 0] * (sequence.dim() - 1) + sides, padding_value))
    return ops.stack(rows, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """The sequences of a padded batch, each cut to its length."""
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [row[:n] for row, n in zip(rows.unbind(0), lengths.tolist(), strict=True)]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Packs tensors (L_i, *)."""
    lengths = [s.size(0) for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of a packed batch."""
    return unpad_sequence(*pad_packed_sequence(packed_sequences))
