"""Runs files that were written here by Keras, and compares with what stands beside them.

    KERAS_BACKEND=torch python check.py FOLDER       # with NAME.keras and NAME.json: arrays of "inputs" and "outputs", in the model's order

Keras saves what it has read once more, as NAME.again.keras. Prints a line for each file and how far its outputs are off, relative to the largest number;
ends with 1 if any is off by more than 1e-5.
"""

import glob
import json
import os
import sys

import keras
import numpy as np


def main():
    worst = 0.0
    files = sorted(glob.glob(os.path.join(sys.argv[1], "*.keras")))
    for file in files:
        with open(file[: -len(".keras")] + ".json") as right:
            arrays = json.load(right)
        model = keras.saving.load_model(file)
        given = [np.array(a, model_input.dtype) for a, model_input in zip(arrays["inputs"], model.inputs)]
        got = model(given if len(given) > 1 else given[0])
        got = got if isinstance(got, (list, tuple)) else [got]
        for wanted, output in zip(arrays["outputs"], got):
            wanted = np.array(wanted, float)
            output = keras.ops.convert_to_numpy(output)
            assert wanted.shape == output.shape, (file, wanted.shape, output.shape)
            known = np.isfinite(wanted)
            assert np.array_equal(known, np.isfinite(output)), file
            off = float(np.abs(np.where(known, wanted - output, 0)).max() / max(1, np.abs(wanted[known]).max(initial=0)))
            print(os.path.basename(file), off)
            worst = max(worst, off)
        model.save(file[: -len(".keras")] + ".again.keras")
    print(len(files), "files, off by", worst)
    sys.exit(not files or not worst < 1e-5)


main()
