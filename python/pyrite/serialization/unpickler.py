"""A pickle machine that can only build plain values and what `names` and the user allow.

It never imports, and calls nothing by a name from the file but the functions of `rebuild`. A length in the file is
checked against what the file still holds before anything is allocated. No message shows a value from the file: one that
holds itself many times over has no end of text.
"""

import pickle
import struct
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any, BinaryIO

from pyrite.nn.parameter import Parameter
from pyrite.serialization.allowed import trusted_globals
from pyrite.serialization.names import CALLS, GLOBALS, RENAMED
from pyrite.serialization.rebuild import checked_key

_DICTS = (dict, OrderedDict, Counter, defaultdict)
_DAMAGE = (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError, RecursionError, struct.error)


class Source:
    """Reads a seekable file from where it stands; to ask for more than is left raises UnpicklingError."""

    def __init__(self, file: BinaryIO) -> None:
        start = file.tell()
        file.seek(0, 2)
        self.left = file.tell() - start
        file.seek(start)
        self.file = file

    def read(self, count: int) -> bytes:
        data = self.file.read(count) if 0 <= count <= self.left else b""
        if len(data) != count:
            raise UnpicklingError(f"the file ends too early: {count} bytes wanted, {self.left} left")
        self.left -= count
        return data

    def readline(self) -> str:
        line = self.file.readline(min(self.left, 10_000))
        if not line.endswith(b"\n"):
            raise UnpicklingError("the file ends too early: a line has no end")
        self.left -= len(line)
        return line[:-1].decode("utf-8")


class Unpickler:
    """Reads one pickle from a source; `persistent_load` turns a persistent id into the storage it names."""

    def __init__(self, source: Source, persistent_load: Callable[[Any], Any], encoding: str = "utf-8") -> None:
        self.source = source
        self.persistent_load = persistent_load
        self.encoding = encoding
        self.trusted = trusted_globals()
        self.calls = CALLS | {id(value): value for value in self.trusted.values()}
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def load(self) -> Any:
        """The value of the pickle. Raises EOFError if there is none, UnpicklingError if damaged or refused."""
        if self.source.left == 0:
            raise EOFError("Ran out of input")
        read, steps = self.source.read, _STEPS
        while True:
            code = read(1)[0]
            if code == _STOP:
                break
            step = steps[code]
            if step is None:
                raise UnpicklingError(f"opcode {code} is no part of a checkpoint")
            try:
                step(self)
            except _DAMAGE as error:
                raise UnpicklingError(f"damaged or refused: {type(error).__name__}: {error}") from error
        if len(self.stack) != 1 or self.marks:
            raise UnpicklingError("damaged: the pickle does not end with one value")
        return self.stack.pop()

    def _unpack(self, layout: struct.Struct) -> Any:
        return layout.unpack(self.source.read(layout.size))[0]

    def _pop_mark(self) -> list[Any]:
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def _pop(self) -> Any:
        if self.marks and self.marks[-1] >= len(self.stack):
            raise IndexError("a value is taken from below a mark")
        return self.stack.pop()

    def _drop(self) -> None:
        if self.marks and self.marks[-1] >= len(self.stack):
            self.marks.pop()
        else:
            self.stack.pop()

    def _push_tuple(self, count: int) -> None:
        items = tuple(self._pop() for _ in range(count))
        self.stack.append(items[::-1])

    def _global(self, module: str, name: str) -> None:
        full_name = f"{RENAMED.get(module, module)}.{name}"
        value = GLOBALS.get(full_name, self.trusted.get(full_name))
        if value is None:
            raise UnpicklingError(
                f"Weights only load failed. Unsupported global: GLOBAL {full_name} was not an allowed global by "
                f"default. pyrite runs no code from a file: if you trust this class or function, allow it with "
                f"`pyrite.serialization.add_safe_globals([{name}])`."
            )
        self.stack.append(value)

    def _reduce(self) -> None:
        args, function = self._pop(), self._pop()
        call = self.calls.get(id(function))
        if call is None or type(args) is not tuple:
            raise UnpicklingError(f"a file may not call this {type(function).__name__}")
        self.stack.append(call(*args))

    def _new_object(self) -> None:
        args, kind = self._pop(), self._pop()
        if kind is Parameter:
            self.stack.append(Parameter(*args))
        elif kind in _DICTS and not args:
            self.stack.append(kind())
        elif isinstance(kind, type) and any(kind is value for value in self.trusted.values()):
            self.stack.append(kind.__new__(kind, *args))
        else:
            name = kind.__qualname__ if isinstance(kind, type) else "what is no class"
            raise UnpicklingError(f"a file may not create an object of {name}; see add_safe_globals")

    def _build(self) -> None:
        state = self._pop()
        value = self.stack[-1]
        kind = type(value)
        if kind is OrderedDict and type(state) is dict:
            value.__dict__.update(state)
        elif any(kind is trusted for trusted in self.trusted.values()):
            _set_state(value, state)
        else:
            raise UnpicklingError(f"a file may not set the state of {kind}; see add_safe_globals")

    def _append(self, items: list[Any]) -> None:
        if type(self.stack[-1]) is not list:
            raise UnpicklingError(f"Can only append to lists, but got {type(self.stack[-1])}")
        self.stack[-1].extend(items)

    def _add_to_set(self) -> None:
        items = self._pop_mark()
        if type(self.stack[-1]) is not set:
            raise UnpicklingError(f"Can only add to sets, but got {type(self.stack[-1])}")
        self.stack[-1].update(checked_key(item) for item in items)

    def _set_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) not in _DICTS:
            raise UnpicklingError(f"Can only set items of dicts, but got {type(target)}")
        for key, value in _pairs(items):
            target[checked_key(key)] = value

    def _persistent(self) -> None:
        self.stack.append(self.persistent_load(self._pop()))

    def _text(self, data: bytes) -> None:
        self.stack.append(data if self.encoding == "bytes" else data.decode(self.encoding))


def _pairs(items: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(items[::2], items[1::2], strict=True))


def _set_state(value: Any, state: Any) -> None:
    """What the pickle module does with the state of an object, whose class the user trusts."""
    if hasattr(value, "__setstate__"):
        value.__setstate__(state)
        return
    attributes, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    value.__dict__.update(attributes or {})
    for name, part in (slots or {}).items():
        setattr(value, name, part)


def _constant(value: Any) -> Callable[[Unpickler], None]:
    return lambda machine: machine.stack.append(value)


def _number(layout: str) -> Callable[[Unpickler], None]:
    packed = struct.Struct(layout)
    return lambda machine: machine.stack.append(machine._unpack(packed))


def _sized(layout: str, use: Callable[[Unpickler, bytes], None]) -> Callable[[Unpickler], None]:
    """A step on as many bytes as a length in front of them says."""
    packed = struct.Struct(layout)
    return lambda machine: use(machine, machine.source.read(machine._unpack(packed)))


def _put(layout: str) -> Callable[[Unpickler], None]:
    packed = struct.Struct(layout)

    def step(machine: Unpickler) -> None:
        machine.memo[machine._unpack(packed)] = machine.stack[-1]

    return step


def _get(layout: str) -> Callable[[Unpickler], None]:
    packed = struct.Struct(layout)
    return lambda machine: machine.stack.append(machine.memo[machine._unpack(packed)])


def _push(convert: Callable[[bytes], Any]) -> Callable[[Unpickler, bytes], None]:
    return lambda machine, data: machine.stack.append(convert(data))


def _stack_global(machine: Unpickler) -> None:
    name, module = machine._pop(), machine._pop()
    if type(name) is not str or type(module) is not str:
        raise TypeError("a global's name must be text")
    machine._global(module, name)


def _memoize(machine: Unpickler) -> None:
    machine.memo[len(machine.memo)] = machine.stack[-1]


def _new_dict(machine: Unpickler) -> None:
    items = machine._pop_mark()
    machine.stack.append({})
    machine._set_items(items)


def _protocol(machine: Unpickler) -> None:
    version = machine.source.read(1)[0]
    if version > pickle.HIGHEST_PROTOCOL:
        raise ValueError(f"unsupported pickle protocol: {version}")


def _utf8(data: bytes) -> str:
    return str(data, "utf-8", "surrogatepass")


_STOP = pickle.STOP[0]
_STEPS: list[Callable[[Unpickler], None] | None] = [None] * 256
for _code, _step in {
    pickle.PROTO: _protocol,
    pickle.FRAME: lambda m: m.source.read(8),
    pickle.MARK: lambda m: m.marks.append(len(m.stack)),
    pickle.POP: Unpickler._drop,
    pickle.POP_MARK: Unpickler._pop_mark,
    pickle.DUP: lambda m: m.stack.append(m.stack[-1]),
    pickle.NONE: _constant(None),
    pickle.NEWTRUE: _constant(True),
    pickle.NEWFALSE: _constant(False),
    pickle.BININT: _number("<i"),
    pickle.BININT1: _number("<B"),
    pickle.BININT2: _number("<H"),
    pickle.BINFLOAT: _number(">d"),
    pickle.LONG1: _sized("<B", _push(pickle.decode_long)),
    pickle.LONG4: _sized("<i", _push(pickle.decode_long)),
    pickle.SHORT_BINUNICODE: _sized("<B", _push(_utf8)),
    pickle.BINUNICODE: _sized("<I", _push(_utf8)),
    pickle.BINUNICODE8: _sized("<Q", _push(_utf8)),
    pickle.SHORT_BINSTRING: _sized("<B", Unpickler._text),
    pickle.BINSTRING: _sized("<i", Unpickler._text),
    pickle.SHORT_BINBYTES: _sized("<B", _push(bytes)),
    pickle.BINBYTES: _sized("<I", _push(bytes)),
    pickle.BINBYTES8: _sized("<Q", _push(bytes)),
    pickle.BYTEARRAY8: _sized("<Q", _push(bytearray)),
    pickle.EMPTY_TUPLE: _constant(()),
    pickle.TUPLE1: lambda m: m._push_tuple(1),
    pickle.TUPLE2: lambda m: m._push_tuple(2),
    pickle.TUPLE3: lambda m: m._push_tuple(3),
    pickle.TUPLE: lambda m: m.stack.append(tuple(m._pop_mark())),
    pickle.EMPTY_LIST: lambda m: m.stack.append([]),
    pickle.LIST: lambda m: m.stack.append(m._pop_mark()),
    pickle.APPEND: lambda m: m._append([m._pop()]),
    pickle.APPENDS: lambda m: m._append(m._pop_mark()),
    pickle.EMPTY_DICT: lambda m: m.stack.append({}),
    pickle.DICT: _new_dict,
    pickle.SETITEM: lambda m: m._set_items([m._pop(), m._pop()][::-1]),
    pickle.SETITEMS: lambda m: m._set_items(m._pop_mark()),
    pickle.EMPTY_SET: lambda m: m.stack.append(set()),
    pickle.ADDITEMS: Unpickler._add_to_set,
    pickle.FROZENSET: lambda m: m.stack.append(frozenset(checked_key(item) for item in m._pop_mark())),
    pickle.GLOBAL: lambda m: m._global(m.source.readline(), m.source.readline()),
    pickle.STACK_GLOBAL: _stack_global,
    pickle.REDUCE: Unpickler._reduce,
    pickle.NEWOBJ: Unpickler._new_object,
    pickle.BUILD: Unpickler._build,
    pickle.BINPERSID: Unpickler._persistent,
    pickle.BINPUT: _put("<B"),
    pickle.LONG_BINPUT: _put("<I"),
    pickle.MEMOIZE: _memoize,
    pickle.BINGET: _get("<B"),
    pickle.LONG_BINGET: _get("<I"),
}.items():
    _STEPS[_code[0]] = _step
