"""Give the top-level folders one import name (the mapping builds the wheel; the links in `sangao/` serve people)."""

from setuptools import find_packages, setup

FOLDERS = ("engine", "adapters", "guidelines")
PATTERNS = [pattern for folder in FOLDERS for pattern in (folder, f"{folder}.*")]

setup(
    package_dir={"sangao": "sangao"} | {f"sangao.{folder}": folder for folder in FOLDERS},
    packages=["sangao"] + [f"sangao.{name}" for name in find_packages(include=PATTERNS)],
    # The kernel adds: cffi_modules=["engine/native/build.py:ffibuilder"],
    # and, so that one wheel serves every Python: options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
