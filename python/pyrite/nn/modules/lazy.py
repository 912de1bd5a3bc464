"""Modules whose parameters get their shapes from the first input."""

import itertools

from pyrite.autograd.mode import no_grad
from pyrite.nn.parameter import is_lazy


class LazyModuleMixin:
    """Turns a module into `cls_to_become` at its first call, by `initialize_parameters(*inputs)` which subclasses
    define.

    Before it, parameters are UninitializedParameter: an optimizer made earlier still holds the right objects.
    """

    cls_to_become: type | None = None

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._load_hook = self._register_load_state_dict_pre_hook(self._lazy_load_hook)
        self._initialize_hook = self.register_forward_pre_hook(self._infer_parameters, with_kwargs=True)

    def _save_to_state_dict(self, destination: dict, prefix: str, keep_vars: bool) -> None:
        for name, value in self._local_state().items():
            destination[prefix + name] = value if keep_vars or is_lazy(value) else value.detach()

    def _lazy_load_hook(self, state_dict: dict, prefix: str, *args) -> None:
        for name, value in self._members():
            loaded = state_dict.get(prefix + name)
            if is_lazy(value) and loaded is not None and not is_lazy(loaded):
                with no_grad():
                    value.materialize(loaded.shape)

    def _members(self):
        return itertools.chain(self._parameters.items(), self._buffers.items())

    def initialize_parameters(self, *args, **kwargs) -> None:
        """Gives every parameter and buffer the shape that these inputs ask for."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or buffer still waits for its shape."""
        return any(is_lazy(value) for _, value in self._members())

    def _infer_parameters(self, module, args: tuple, kwargs: dict) -> None:
        module.initialize_parameters(*args, **kwargs)
        if module.has_uninitialized_params():
            raise RuntimeError(f"module {self._get_name()} has not been fully initialized")
        module._initialize_hook.remove()
        module._load_hook.remove()
        del module._initialize_hook
        del module._load_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become
