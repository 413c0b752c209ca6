"""Describe the extension `sangao.engine.native._kernel` to cffi (run when a wheel is built, never later)."""

from pathlib import Path

from cffi import FFI  # type: ignore[import-untyped]

HERE = Path(__file__).parent  # relative under setuptools, absolute elsewhere: both are wanted

ffibuilder = FFI()
for header in ("kernel.h", "arriving.h"):
    ffibuilder.cdef((HERE / header).read_text(encoding="utf-8"))
ffibuilder.set_source(
    "sangao.engine.native._kernel",
    '#include <stddef.h>\n#include <stdint.h>\n#include "kernel.h"\n#include "arriving.h"',
    sources=[str(HERE / name) for name in ("kernel.c", "plan.c", "leaves.c", "program.c", "simd.c", "arriving.c")],
    depends=[str(HERE / name) for name in ("kernel.h", "inside.h", "arriving.h")],
    include_dirs=[str(HERE)],
    extra_compile_args=["-O3", "-ffp-contract=off"],
    optional=True,  # without a compiler everything works, slower
)
