"""Compiles kernels by NVRTC, without driver or GPU: compile_kernels.py JOBS-FILE NVRTC-FOLDER OUT-FOLDER

The jobs are those that KernelJobs (in src/test/java) writes. With the same compiler and options as the engine's, the code is the engine's.
Prints NVRTC's version when there are no further arguments than the folder: compile_kernels.py NVRTC-FOLDER
"""

import ctypes
import glob
import json
import os
import sys


def load(folder):
    """NVRTC doesn't find the library beside it by itself."""
    libraries = []
    for pattern in ("libnvrtc-builtins.so.*", "libnvrtc.so.*"):
        found = sorted(glob.glob(os.path.join(folder, "**", pattern), recursive=True))
        if not found:
            sys.exit(f"there is no {pattern} below {folder}")
        libraries.append(ctypes.CDLL(found[0], mode=ctypes.RTLD_GLOBAL))
    nvrtc = libraries[-1]
    nvrtc.nvrtcGetErrorString.restype = ctypes.c_char_p
    return nvrtc


def checked(nvrtc, status, what):
    if status != 0:
        sys.exit(f"{what}: {nvrtc.nvrtcGetErrorString(status).decode()}")


def version(nvrtc):
    major, minor = ctypes.c_int(), ctypes.c_int()
    checked(nvrtc, nvrtc.nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)), "nvrtcVersion")
    return f"{major.value}.{minor.value}"


def text(nvrtc, program, kind):
    size = ctypes.c_size_t()
    checked(nvrtc, getattr(nvrtc, f"nvrtcGet{kind}Size")(program, ctypes.byref(size)), kind)
    content = ctypes.create_string_buffer(size.value)
    checked(nvrtc, getattr(nvrtc, f"nvrtcGet{kind}")(program, content), kind)
    return content.raw


def strings(values):
    return (ctypes.c_char_p * len(values))(*[value.encode() for value in values])


def compile_kernel(nvrtc, job):
    (name, source), *headers = job["sources"].items()
    program = ctypes.c_void_p()
    status = nvrtc.nvrtcCreateProgram(
        ctypes.byref(program),
        source.encode(),
        name.encode(),
        len(headers),
        strings([content for _, content in headers]),
        strings([file for file, _ in headers]),
    )
    checked(nvrtc, status, name)
    options = job["options"]
    if nvrtc.nvrtcCompileProgram(program, len(options), strings(options)) != 0:
        sys.exit(f"{name} doesn't compile with {options}:\n{text(nvrtc, program, 'ProgramLog').decode()}")
    code = text(nvrtc, program, "CUBIN")
    checked(nvrtc, nvrtc.nvrtcDestroyProgram(ctypes.byref(program)), name)
    return code


def main():
    if len(sys.argv) == 2:
        print(version(load(sys.argv[1])))
        return
    jobs_file, folder, out = sys.argv[1:]
    nvrtc = load(folder)
    os.makedirs(out, exist_ok=True)
    with open(jobs_file, encoding="utf-8") as file:
        jobs = json.load(file)
    for job in jobs:
        with open(os.path.join(out, job["key"]), "wb") as file:
            file.write(compile_kernel(nvrtc, job))
    print(f"{len(jobs)} kernels for {sorted({job['options'][0] for job in jobs})}")


if __name__ == "__main__":
    main()
