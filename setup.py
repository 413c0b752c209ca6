"""Give the top-level folders one import name, and build the optional kernel.

The mapping builds the wheel; the links in `sangao/` serve people.
"""

from setuptools import find_packages, setup

FOLDERS = ("engine", "adapters", "guidelines")
PATTERNS = [pattern for folder in FOLDERS for pattern in (folder, f"{folder}.*")]

setup(
    package_dir={"sangao": "sangao"} | {f"sangao.{folder}": folder for folder in FOLDERS},
    packages=["sangao"] + [f"sangao.{name}" for name in find_packages(include=PATTERNS)],
    cffi_modules=["engine/native/build.py:ffibuilder"],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},  # one wheel serves every Python
)
