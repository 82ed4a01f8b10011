"""Runs what was written from the files in files/ by PyTorch and ONNX Runtime, and compares with what stands in NAME.json.

    python check.py FOLDER        # with NAME.onnx, or NAME.safetensors and NAME.py, for any of the names; NAME.json may lie in it too

Prints a line for each file and how far its outputs are off, relative to the largest number; ends with 1 if any is off by more than 1e-5.
"""

import glob
import importlib.util
import json
import os
import sys

import numpy as np

FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")


def arrays(name):
    own = os.path.join(sys.argv[1], name + ".json")
    with open(own if os.path.exists(own) else os.path.join(FILES, name + ".json")) as file:
        return {key: np.array(value["data"], np.int64 if all(isinstance(v, int) for v in value["data"]) else np.float32)
                .reshape(value["shape"]) for key, value in json.load(file).items()}


def by_onnxruntime(file, given):
    import onnx
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    onnx.checker.check_model(file, full_check=True)
    session = onnxruntime.InferenceSession(file)
    feeds = {i.name: given[i.name].astype(np.int64 if "int64" in i.type else np.float32) for i in session.get_inputs()}
    return [given[o.name] for o in session.get_outputs()], session.run(None, feeds)


def by_torch(file, given):
    import inspect

    import torch

    spec = importlib.util.spec_from_file_location("network", file.replace(".safetensors", ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.load(file)
    names = list(inspect.signature(network.forward).parameters)
    with torch.no_grad():
        outputs = network(*[torch.from_numpy(given[name]) for name in names])
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return [value for key, value in given.items() if key not in names][:len(outputs)], [o.numpy() for o in outputs]


def main():
    worst = 0.0
    files = sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx")) + glob.glob(os.path.join(sys.argv[1], "*.safetensors")))
    for file in files:
        name, ending = os.path.splitext(os.path.basename(file))
        wanted, got = (by_onnxruntime if ending == ".onnx" else by_torch)(file, arrays(name))
        for a, b in zip(wanted, got):
            assert a.shape == b.shape, (file, a.shape, b.shape)
            off = float(np.abs(a - b).max() / np.abs(a).max())
            print(os.path.basename(file), off)
            worst = max(worst, off)
    print(len(files), "files, off by", worst)
    sys.exit(not files or not worst < 1e-5)


main()
