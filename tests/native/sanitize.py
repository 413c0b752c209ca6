"""Run the kernel under AddressSanitizer and UndefinedBehaviorSanitizer on random and damaged programs.

`make sanitize` calls it; `sanitize.py SECONDS [SEED]`. Exit 0: nothing found; 1: something was; 2: no compiler.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.laws.columns import lowered, made  # noqa: E402
from tests.native.programs import everything  # noqa: E402

NATIVE = ROOT / "engine" / "native"
FLAGS = ["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsanitize=address,undefined"]
FLAGS += ["-fno-sanitize-recover=all", "-fno-omit-frame-pointer", f"-I{NATIVE}"]


def main(seconds: int, seed: int) -> int:
    """Build the driver, write programs for it, run it."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        print("no C compiler: set CC", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        driver = Path(folder) / "sanitize"
        sources = [*map(str, (NATIVE / "kernel.c", NATIVE / "program.c", NATIVE / "simd.c")), str(HERE / "sanitize.c")]
        built = subprocess.run([compiler, *FLAGS, *sources, "-o", str(driver)], check=False)
        if built.returncode:
            return 2
        programs = [everything(), *(lowered(made(seed + i)[0]).program for i in range(40))]
        paths = []
        for number, program in enumerate(programs):
            paths.append(str(Path(folder) / f"{number}.program"))
            Path(paths[-1]).write_bytes(program.dumps())
        print(f"{seconds} s, seed {seed}", flush=True)
        return 1 if subprocess.run([str(driver), str(seconds), str(seed), *paths], check=False).returncode else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())))
