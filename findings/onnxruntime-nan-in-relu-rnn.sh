#!/usr/bin/env bash
# ONNX Runtime 1.32.0, CPU: the operator Relu keeps NaN, the activation Relu of an RNN makes it 0; max-pooling keeps it only
# where it is the last element of its window.
# Guess before: one answer for a function within one library: Relu(NaN) is NaN, and so is the maximum over a window with a NaN.
# Seen: an RNN with Relu and a NaN among its weights puts out finite numbers (so does HardSigmoid; with Tanh, Sigmoid, LeakyRelu or Elu all are
# NaN). That a model's weights are broken doesn't show in what it says. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def run(node, x, **tensors):
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in tensors.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0].ravel()


broken = np.full((1, 4, 2), 0.1)
broken[0, 0, 0] = np.nan
recurrent = np.full((1, 4, 4), 0.1)
seen = True
for function in ("Relu", "HardSigmoid", "Tanh", "LeakyRelu"):
    node = helper.make_node("RNN", ["x", "W", "R"], ["", "y"], hidden_size=4, activations=[function])
    result = run(node, np.ones((3, 1, 2), np.float32), W=broken, R=recurrent)
    print("RNN of", function, "with a NaN weight:", result)
    seen &= bool(np.isfinite(result).all()) == (function in ("Relu", "HardSigmoid"))
single = run(helper.make_node("Relu", ["x"], ["y"]), np.array([[np.nan, 1]], np.float32))
print("Relu of NaN:", single[0])
seen &= bool(np.isnan(single[0]))
for node in (helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2]), helper.make_node("GlobalMaxPool", ["x"], ["y"])):
    kept = []
    for place in range(4):
        image = np.ones((1, 1, 2, 2), np.float32)
        image.flat[place] = np.nan
        kept.append(bool(np.isnan(run(node, image)[0])))
    print(node.op_type, "is NaN where the NaN is at place 0, 1, 2, 3 of the window:", kept)
    seen &= kept == [False, False, False, True]
raise SystemExit(0 if seen else "no longer so")
PYTHON
