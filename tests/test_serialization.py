"""Checkpoints: what `save` writes, what `load` accepts of PyTorch's two formats, and all that it must refuse."""

import collections
import copy
import io
import os
import pickle
import struct
import zipfile

import pytest

import pyrite
from pyrite.serialization import add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals

REFUSALS = (pickle.UnpicklingError, RuntimeError, EOFError)


def saved(value: object, **options) -> bytes:
    buffer = io.BytesIO()
    pyrite.save(value, buffer, **options)
    return buffer.getvalue()


def loaded(content: bytes, **options) -> object:
    return pyrite.load(io.BytesIO(content), **options)


def round_trip(value: object) -> object:
    return loaded(saved(value))


def with_pickle(program: bytes, **records: bytes) -> bytes:
    """An archive with any pickle and the given storages."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", program)
        archive.writestr("archive/byteorder", b"little")
        for key, content in records.items():
            archive.writestr(f"archive/data/{key[1:]}", content)
    return buffer.getvalue()


def tensor_program(count: int, offset: int, size: tuple, stride: tuple) -> bytes:
    """The pickle of a float tensor over storage 0."""

    def integers(values: tuple) -> bytes:
        return b"(" + b"".join(b"\x8a\x08" + struct.pack("<q", value) for value in values) + b"t"

    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpu" + b"\x8a\x08"
    storage += struct.pack("<q", count) + b"tQ"
    rest = integers((offset,))[1:-1] + integers(size) + integers(stride) + b"\x89ccollections\nOrderedDict\n)R"
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + storage + rest + b"tR."


DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64"]
DTYPES += ["float16", "bfloat16", "float32", "float64", "complex64", "complex128"]


@pytest.mark.parametrize("name", DTYPES)
def test_every_dtype_comes_back(name: str) -> None:
    tensor = pyrite.tensor([[0, 1, 2], [3, 4, 5]]).to(getattr(pyrite, name))
    got = round_trip(tensor)
    assert (got.dtype, got.tolist()) == (tensor.dtype, tensor.tolist())


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (1,), (2, 3, 4)])
def test_every_shape_comes_back(shape: tuple) -> None:
    got = round_trip(pyrite.ones(shape))
    assert (tuple(got.shape), got.tolist()) == (shape, pyrite.ones(shape).tolist())


def test_plain_values_come_back_as_they_were() -> None:
    values = [None, True, False, 3, -70000, 2**70, 1.5, "é", b"\0\xff", (1, (2,)), {"a": [1]}, {1, 2}, frozenset([3])]
    values += [1 + 2j, bytearray(b"x"), collections.OrderedDict(a=1), collections.Counter("aab")]
    values += [collections.defaultdict(list, {1: [2]}), pyrite.float16, pyrite.device("cpu"), pyrite.Size([2, 3])]
    got = round_trip(values)
    assert got == values
    assert [type(value) for value in got] == [type(value) for value in values]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_pickle_protocols(protocol: int) -> None:
    got = loaded(saved({"w": pyrite.arange(3), "p": pyrite.nn.Parameter(pyrite.ones(2))}, pickle_protocol=protocol))
    assert got["w"].tolist() == [0, 1, 2]
    assert type(got["p"]) is pyrite.nn.Parameter


def test_tensors_that_share_memory_share_it_again() -> None:
    base = pyrite.arange(12.0).reshape(3, 4)
    got = round_trip({"base": base, "row": base[1], "turned": base.t(), "again": base, "other": base.clone()})
    assert got["base"] is got["again"]
    assert got["turned"].stride() == (1, 4)
    got["base"].zero_()
    assert got["row"].tolist() == [0.0] * 4
    assert got["turned"].sum().item() == 0.0
    assert got["other"].tolist() == pyrite.arange(12.0).reshape(3, 4).tolist()


def test_a_view_keeps_its_layout() -> None:
    view = pyrite.arange(12.0).reshape(3, 4)[1:, ::2]
    got = round_trip(view)
    assert (got.storage_offset(), got.stride(), got.tolist()) == (4, (4, 2), view.tolist())
    wide = round_trip(pyrite.ones(1).expand(1000))
    assert (wide.stride(), wide.sum().item()) == ((0,), 1000.0)


def test_parameters_stay_parameters_and_train_on() -> None:
    param, frozen = pyrite.nn.Parameter(pyrite.ones(2)), pyrite.nn.Parameter(pyrite.ones(1), requires_grad=False)
    got = round_trip([param, frozen, pyrite.ones(2, requires_grad=True)])
    assert [type(t) is pyrite.nn.Parameter for t in got] == [True, True, False]
    assert [t.requires_grad for t in got] == [True, False, True]
    with pyrite.no_grad():
        got[0].add_(1.0)
    got[0].sum().backward()
    assert got[0].tolist() == [2.0, 2.0]
    assert got[0].grad.tolist() == [1.0, 1.0]


def test_state_dict_with_its_metadata() -> None:
    model = pyrite.nn.Sequential(pyrite.nn.Linear(3, 4), pyrite.nn.BatchNorm1d(4))
    state = model.state_dict()
    got = round_trip(state)
    assert type(got) is collections.OrderedDict
    assert list(got) == list(state)
    assert got._metadata == state._metadata
    twin = pyrite.nn.Sequential(pyrite.nn.Linear(3, 4), pyrite.nn.BatchNorm1d(4))
    twin.load_state_dict(got)
    assert twin[0].weight.tolist() == model[0].weight.tolist()


def test_optimizer_state_comes_back() -> None:
    param = pyrite.ones(2, requires_grad=True)
    optimizer = pyrite.optim.Adam([param])
    param.grad = pyrite.ones(2)
    optimizer.step()
    got = round_trip(optimizer.state_dict())
    assert got["state"][0]["step"].item() == 1.0
    assert got["param_groups"] == optimizer.state_dict()["param_groups"]


def test_the_file_is_pytorchs_format(tmp_path) -> None:
    path = tmp_path / "model.pt"
    pyrite.save({"w": pyrite.tensor([1.0, 2.0])}, path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        assert archive.read("model/data/0") == struct.pack("<2f", 1.0, 2.0)
        assert archive.read("model/version") == b"3\n"
        assert archive.read("model/byteorder") == b"little"
        program = archive.read("model/data.pkl")
    assert names[0] == "model/data.pkl"
    assert set(names) >= {"model/data/0", "model/version", "model/.data/serialization_id"}
    assert all((e.header_offset + 30 + len(e.filename) + len(e.extra)) % 64 == 0 for e in entries)
    assert program == (
        b"\x80\x02}q\0X\1\0\0\0wq\1ctorch._utils\n_rebuild_tensor_v2\nq\2((X\7\0\0\0storageq\3ctorch\nFloatStorage\n"
        b"q\4X\1\0\0\x000q\5X\3\0\0\0cpuq\6K\2tq\7QK\0K\2\x85q\x08K\1\x85q\t\x89ccollections\nOrderedDict\n"
        b"q\n)Rq\x0btq\x0cRq\rs."
    )
    assert pyrite.load(path)["w"].tolist() == [1.0, 2.0]


def test_the_same_value_gives_the_same_bytes() -> None:
    value = {"w": pyrite.arange(5), "x": [1, 2]}
    assert saved(value) == saved(value)


def test_the_format_of_before_1_6() -> None:
    """Three pickles of a head, the value, the storages' keys, then each storage's length and bytes."""
    head = [0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}]
    program = (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0kX\3\0\0\0cpuK\3NtQ"
        b"K\1K\2\x85K\1\x85\x88ccollections\nOrderedDict\n)RtR."
    )
    content = b"".join(pickle.dumps(part, 2) for part in head) + program + pickle.dumps(["k"], 2)
    data = struct.pack("<q3f", 3, 1.0, 2.0, 3.0)
    got = loaded(content + data)
    assert (got.tolist(), got.requires_grad) == ([2.0, 3.0], True)
    for end in range(len(content + data)):
        with pytest.raises(REFUSALS):
            loaded((content + data)[:end])
    with pytest.raises(RuntimeError, match="wrong byte size"):
        loaded(content + struct.pack("<q3f", 4, 1.0, 2.0, 3.0))


def test_conjugated_and_attributed_tensors_of_pytorch() -> None:
    call = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nComplexFloatStorage\n"
    call += b"X\1\0\0\x000X\3\0\0\0cpuK\1tQK\0))\x89ccollections\nOrderedDict\n)R}X\4\0\0\0conj\x88stR."
    assert loaded(with_pickle(call, _0=struct.pack("<2f", 1.0, 2.0))).item() == 1 - 2j
    tensor = pyrite.ones(2)
    tensor.note = "kept"
    assert round_trip(tensor).note == "kept"


def test_compressed_or_missing_storages_are_refused() -> None:
    program = tensor_program(2, 0, (2,), (1,))
    assert loaded(with_pickle(program, _0=bytes(8))).tolist() == [0.0, 0.0]
    for content in (with_pickle(program), with_pickle(program, _0=bytes(4)), with_pickle(program, _0=bytes(12))):
        with pytest.raises(RuntimeError, match="data/0"):
            loaded(content)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", program)
    with pytest.raises(RuntimeError, match="compressed"):
        loaded(buffer.getvalue())


@pytest.mark.parametrize(
    ("count", "offset", "size", "stride"),
    [
        (2, 0, (3,), (1,)),
        (2, 1, (2,), (1,)),
        (2, -1, (1,), (1,)),
        (2, 0, (2,), (-1,)),
        (2, 0, (-1,), (1,)),
        (2, 0, (2, 1), (1,)),
        (2, 0, (2**62, 2**62), (2**62, 1)),
        (2**61, 0, (2,), (1,)),
        (-2, 0, (2,), (1,)),
    ],
)
def test_layouts_beyond_the_storage_are_refused(count: int, offset: int, size: tuple, stride: tuple) -> None:
    with pytest.raises(REFUSALS):
        loaded(with_pickle(tensor_program(count, offset, size, stride), _0=bytes(8)))


class Plain:
    def __init__(self) -> None:
        self.value = 3


class Hostile:
    def __reduce__(self) -> tuple:
        return os.mkdir, ("ran",)


@pytest.mark.parametrize("weights_only", [True, False])
def test_no_file_runs_code(tmp_path, monkeypatch, weights_only: bool) -> None:
    monkeypatch.chdir(tmp_path)
    for content in (saved({"a": Hostile()}), pickle.dumps(Hostile()), with_pickle(pickle.dumps(Hostile(), 4))):
        with pytest.raises(pickle.UnpicklingError, match="mkdir"):
            loaded(content, weights_only=weights_only)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "program",
    [
        b"cbuiltins\neval\nX\1\0\0\x001\x85R.",
        b"cbuiltins\nbytearray\n\x8a\6\0\0\0\0\0\x7f\x85R.",
        b"c_codecs\nencode\nX\1\0\0\0aX\3\0\0\0zip\x86R.",
        b"ctorch._utils\n_rebuild_tensor_v2\n}X\x0c\0\0\0__defaults__)s\x86b.",
        b"ccollections\nOrderedDict\n}X\x08\0\0\0__init__Ns\x86b.",
        b"(lX\1\0\0\0a\x85R.",
        b"Nb.",
        b"}NNNu.",
        b"]NNs.",
        b"NNa.",
        b"}]Ns.",
        b"h\0.",
        b"t.",
        b"0.",
        b"R.",
        b"NN.",
        b"(N.",
        b".",
        b"",
        b"\x80\x09N.",
        b"\x8b\xff\xff\xff\x7f.",
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7fabc.",
        b"X\xff\xff\xff\xffabc.",
        b"X\2\0\0\0\xff\xfe.",
        b"I1\n.",
        b"\x82\x01.",
        b"\x94.",
        b"NQ.",
        b"(X\7\0\0\0storageNNNNtQ.",
    ],
)
def test_damaged_pickles_are_refused(program: bytes) -> None:
    with pytest.raises(REFUSALS):
        loaded(with_pickle(program))


def test_bombs_do_not_go_off() -> None:
    """A key that would take 2^100 steps to hash, a message that would take as long to write, a memo of 2^31 places."""
    pairs = b")" + b"q\x000h\x00h\x00\x86" * 100
    with pytest.raises(pickle.UnpicklingError, match="parts"):
        loaded(with_pickle(b"}" + pairs + b"Ns."))
    for program in (pairs + b")R.", pairs + b"Q.", b"cbuiltins\nset\n(" + pairs + b"l\x85R."):
        with pytest.raises(pickle.UnpicklingError):
            loaded(with_pickle(program))
    assert loaded(with_pickle(b"Nr\xff\xff\xff\x7f.")) is None


def test_deep_nesting_is_read() -> None:
    value = loaded(with_pickle(b")" + b"\x85" * 100_000 + b"."))
    depth = 0
    while value:
        value, depth = value[0], depth + 1
    assert depth == 100_000


def test_every_cut_is_refused() -> None:
    content = saved({"w": pyrite.arange(4.0), "n": 3})
    for end in range(0, len(content), 7):
        with pytest.raises(REFUSALS):
            loaded(content[:end])


def test_damaged_bytes_are_noticed_or_harmless() -> None:
    content = saved({"w": pyrite.arange(4.0), "n": 3})
    for place in range(0, len(content), 3):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        try:
            got = loaded(bytes(damaged))
        except (*REFUSALS, NotImplementedError):
            continue
        assert got["w"].tolist() == [0.0, 1.0, 2.0, 3.0]


def test_an_archive_that_counts_its_bytes_twice_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", b"N." + bytes(1000))
        entry = archive.infolist()[0]
        for i in range(10):
            twin = copy.copy(entry)
            twin.filename = twin.orig_filename = f"archive/data/{i}"
            archive.filelist.append(twin)
    with pytest.raises(RuntimeError, match="more than the file's"):
        loaded(buffer.getvalue())


def test_what_cannot_be_opened_or_written() -> None:
    with pytest.raises(EOFError):
        loaded(b"")
    with pytest.raises(AttributeError, match="seekable"):
        pyrite.load(3)
    with pytest.raises(FileNotFoundError):
        pyrite.load("no such file")
    with pytest.raises(AttributeError, match="write"):
        pyrite.save(3, 3)
    base = pyrite.ones(2)
    with pytest.raises(RuntimeError, match="different types"):
        saved([base, base.view(pyrite.int32)])


def test_classes_that_the_user_trusts() -> None:
    content = saved(Plain())
    with pytest.raises(pickle.UnpicklingError, match="add_safe_globals"):
        loaded(content)
    with safe_globals([Plain]):
        assert loaded(content).value == 3
    assert get_safe_globals() == []
    add_safe_globals([(Plain, f"{Plain.__module__}.Plain")])
    try:
        assert loaded(content).value == 3
    finally:
        clear_safe_globals()


def test_map_location() -> None:
    content = saved({"w": pyrite.ones(2)})
    for where in ("cpu", pyrite.device("cpu"), {"cpu": "cpu"}, lambda storage, location: storage, lambda *_: None):
        assert loaded(content, map_location=where)["w"].tolist() == [1.0, 1.0]
    foreign = with_pickle(tensor_program(2, 0, (2,), (1,)).replace(b"\3\0\0\0cpu", b"\6\0\0\0cuda:9"), _0=bytes(8))
    assert loaded(foreign, map_location="cpu").tolist() == [0.0, 0.0]
    with pytest.raises(RuntimeError, match="map_location"):
        loaded(foreign)
    with pytest.raises(TypeError, match="map_location"):
        loaded(content, map_location=3.5)


def test_pickle_and_deepcopy_keep_shared_memory() -> None:
    base = pyrite.arange(6.0).reshape(2, 3)
    pair = [base, base.t(), pyrite.ones(2, requires_grad=True), pyrite.nn.Parameter(pyrite.ones(1))]
    for twin in (copy.deepcopy(pair), *(pickle.loads(pickle.dumps(pair, protocol)) for protocol in (0, 2, 5))):
        assert [t.requires_grad for t in twin] == [False, False, True, True]
        twin[0].zero_()
        assert twin[1].sum().item() == 0.0
        assert twin[1].stride() == (1, 3)
        assert base.sum().item() == 15.0


def test_deepcopy_takes_the_gradient_along_and_refuses_what_is_no_leaf() -> None:
    tensor = pyrite.ones(2, requires_grad=True)
    tensor.grad = pyrite.tensor([3.0, 4.0])
    tensor.note = ["kept"]
    twin = copy.deepcopy(tensor)
    assert twin.grad.tolist() == [3.0, 4.0]
    assert twin.grad is not tensor.grad
    assert twin.note == ["kept"] and twin.note is not tensor.note
    with pytest.raises(RuntimeError, match="graph leaves"):
        copy.deepcopy(tensor * 2)
