"""What a GPU makes of pyrite: every family of kernels against the CPU, then how fast it is.
`python -m pyrite.gpu_selftest` prints a report that can be sent along with a question."""
