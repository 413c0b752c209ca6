"""Run the kernel, what readies its columns, and libsangao under sanitizers on random and damaged input.

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

from sangao.engine.run import library  # noqa: E402
from tests.laws.columns import lowered, made  # noqa: E402
from tests.native.clinic import clinic  # noqa: E402
from tests.native.programs import everything  # noqa: E402

NATIVE = ROOT / "engine" / "native"
FLAGS = ["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsanitize=address,undefined"]
FLAGS += ["-fno-sanitize-recover=all", "-fno-omit-frame-pointer", f"-I{NATIVE}", f"-I{HERE}"]
KERNEL = ("kernel.c", "plan.c", "leaves.c", "program.c", "simd.c")
LIBRARY = (*KERNEL, "library.c", "section.c", "answers.c", "columns.c", "told.c", "equations.c", "days.c", "sha256.c")


def main(seconds: int, seed: int) -> int:
    """Build the drivers, write programs and packs for them, run all side by side for `seconds` each."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        print("no C compiler: set CC", file=sys.stderr)
        return 2
    packs = [made(seed + i)[0] for i in range(40)]
    programs = [everything(), *(lowered(one).program for one in packs)]
    given = {
        "sanitize": (KERNEL, [one.dumps() for one in programs]),
        "sanitize_arriving": (("arriving.c",), []),
        "sanitize_host": (LIBRARY, [library.dumps(one, "0" * 64, one.decisions) for one in (*packs, *[clinic()] * 10)]),
    }
    with tempfile.TemporaryDirectory() as folder:
        print(f"{seconds} s, seed {seed}", flush=True)
        commands = []
        for name, (rooms, files) in given.items():
            driver = Path(folder) / name
            sources = [str(NATIVE / room) for room in rooms] + [str(HERE / f"{name}.c")]
            if subprocess.run([compiler, *FLAGS, *sources, "-o", str(driver), "-lm"], check=False).returncode:
                return 2
            paths = []
            for number, data in enumerate(files):
                paths.append(f"{driver}.{number}")
                Path(paths[-1]).write_bytes(data)
            commands.append([str(driver), str(seconds), str(seed), *paths])
        room = {"ASAN_OPTIONS": "allocator_may_return_null=1"}  # a program may ask for more than there is
        running = [subprocess.Popen(one, env=os.environ | room) for one in commands]
        if any([one.wait() for one in running]):  # a list: every one is waited for
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())))
