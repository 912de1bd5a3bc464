"""The main job, start to finish: `python -m pyrite.demo` trains a classifier of handwritten digits and reports on
it."""
