"""What surrounds training, under PyTorch's names: datasets and loaders in `data`. Submodules load when first used."""

import importlib
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    path = f"{__name__}.{name}"
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
