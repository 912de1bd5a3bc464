"""Where the storages of a checkpoint go: what `map_location` says about the device that each was saved from."""

from collections.abc import Callable
from typing import Any

from pyrite import ops
from pyrite.device import device as Device
from pyrite.serialization.storage import Storage

MapLocation = str | Device | dict | Callable | None
Restore = Callable[[Storage], Storage]


def restorer(map_location: MapLocation) -> Restore:
    """The function that takes a storage, read into main memory, to its device.

    `map_location` is a device for all, a dict from saved to wanted devices, or a function (storage, location) whose
    result is a device, a storage or None (as saved).
    """
    if map_location is None:
        return lambda storage: _moved(storage, storage.location)
    if isinstance(map_location, dict):
        return lambda storage: _moved(storage, map_location.get(storage.location, storage.location))
    if isinstance(map_location, (str, Device)):
        return lambda storage: _moved(storage, map_location)
    if callable(map_location):
        return lambda storage: _chosen(storage, map_location(storage, storage.location))
    raise TypeError(f"map_location must be a device, its name, a dict or a function, not {type(map_location).__name__}")


def _chosen(storage: Storage, choice: Any) -> Storage:
    if isinstance(choice, Storage):
        return choice
    return _moved(storage, storage.location if choice is None else choice)


def _moved(storage: Storage, location: str | Device) -> Storage:
    device = Device(location) if isinstance(location, str) else location
    if device.type == "cpu":
        storage.location = "cpu"
        return storage
    try:
        ops.empty(0, device=device)
    except (RuntimeError, NotImplementedError, ValueError) as error:
        raise RuntimeError(
            f"Attempting to deserialize object on the device {device}, which is not available. If it was saved on "
            "another machine, load with map_location=pyrite.device('cpu') to map its storages to the CPU."
        ) from error
    return storage.to(device)
