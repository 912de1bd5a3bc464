"""Runs a folder of PyTorch programs on the GPU, with the text each must print beside it: ``python programs.py FOLDER``.

The folder's `run.py` says how programs are ported and compared. What a program makes is made on the CPU, so that random
numbers are those expected, and moved; a module follows when it is first called.
"""

import contextlib
import functools
import importlib.util
import io
import re
import runpy
import sys
import tempfile
from pathlib import Path

import pyrite
from pyrite.nn.modules.module import register_module_forward_pre_hook

FACTORIES = "tensor zeros ones full empty eye arange linspace rand randn randint randperm from_numpy".split()


def moved(factory):
    @functools.wraps(factory)
    def make(*args, device=None, **kwargs):
        made = factory(*args, **kwargs)
        return made.detach().cuda().requires_grad_(made.requires_grad)

    return make


def follow(module, args):
    if any(not p.is_cuda for p in module.parameters()):
        module.cuda()
    return tuple(x.cuda() if isinstance(x, pyrite.Tensor) else x for x in args)


def move_everything():
    for name in FACTORIES:
        setattr(pyrite, name, moved(getattr(pyrite, name)))
    register_module_forward_pre_hook(follow)
    numpy = pyrite.Tensor.numpy
    pyrite.Tensor.numpy = lambda self, *args, **kwargs: numpy(self.cpu(), *args, **kwargs)


def printed(program):
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as out:
        path = Path(folder) / "program.py"
        path.write_text(program)
        runpy.run_path(str(path), run_name="__main__")
    text = re.sub(r",\s+device='cuda:0'", "", out.getvalue())
    return text.replace("pyrite.", "torch.").replace("cuda:0", "cpu")


def main(folder):
    spec = importlib.util.spec_from_file_location("run", folder / "run.py")
    run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run)
    move_everything()
    wrong = 0
    for program in sorted((folder / "scripts").glob("*.py")):
        pyrite.cuda.synchronize()
        before = pyrite.cuda.memory_stats()["dispatches"]
        text = printed(run.ported(program.read_text(), "pyrite"))
        difference = run.differs(text, program.with_suffix(".txt").read_text())
        wrong += difference is not None
        kernels = pyrite.cuda.memory_stats()["dispatches"] - before
        print(f"{program.name} on the GPU: {difference or 'ok'}, {kernels:,} kernels")
    return wrong


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
