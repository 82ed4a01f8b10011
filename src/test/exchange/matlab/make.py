"""Writes the .mat files that MatlabReaderTest reads: python make.py files && python ../text.py files

SciPy 1.17.1 writes version 5, hdf5storage 0.2.2 version 7.3. NAME.json says what was put in: series[case][dimension][step], null for missing.
"""

import json
import os
import sys

import hdf5storage
import numpy
import scipy.io
import scipy.sparse


def expect(name, series, labels=None, targets=None):
    def plain(value):
        return None if value != value else float(value)

    cases = [[[plain(v) for v in dimension] for dimension in case] for case in series]
    with open(name + ".json", "w") as out:
        json.dump({"series": cases, "labels": labels, "targets": targets}, out)


def cells(values):
    array = numpy.empty((1, len(values)), dtype=object)
    for i, value in enumerate(values):
        array[0, i] = value
    return array


def main(folder):
    os.chdir(folder)
    cube = numpy.arange(24, dtype="f8").reshape(3, 2, 4) - 5.5
    cube[1, 0, 2] = numpy.nan
    others = {"when": numpy.array([[1 + 2j]]), "note": "made by hand"}
    scipy.io.savemat("cube.mat", {"X": cube, "y": numpy.array([[2], [-1], [2]], "i2"), **others}, do_compression=True)
    expect("cube.mat", cube, ["2", "-1", "2"])

    ragged = [numpy.array([[0, 127, 128, 255]], "u1"), numpy.array([[1.5, -2]], "f4"), numpy.array([[7]], "i8")]
    scipy.io.savemat("ragged.mat", {"data": cells(ragged), "labels": cells(["Äpfel", "b c", "Äpfel"])})
    expect("ragged.mat", ragged, ["Äpfel", "b c", "Äpfel"])

    two = [numpy.array([[1.0, 2], [3, 4]]), numpy.array([[5.0, 6, 7], [8, 9, 10]])]
    scipy.io.savemat("fields.mat", {"s": {"X": cells(two), "y": numpy.array([[0.25], [-4.5]])}})
    expect("fields.mat", two, None, [[0.25], [-4.5]])

    thin = scipy.sparse.csc_matrix(numpy.array([[0, 0, 3.0], [0, -1, 0]]))
    scipy.io.savemat("sparse.mat", {"X": thin, "classes": numpy.array(["ab", "c "])})
    expect("sparse.mat", thin.toarray()[:, None, :], ["ab", "c"])

    mixed = numpy.array([[True, False, True], [False, False, True]])
    scipy.io.savemat("truths.mat", {"features": mixed, "target": numpy.array([[1, 2]], "u8")})
    expect("truths.mat", mixed[:, None, :], ["1", "2"])

    options = dict(format="7.3", matlab_compatible=True, oned_as="row", store_python_metadata=False)
    hdf5storage.savemat("cube73.mat", {"X": cube, "y": numpy.array([[2], [-1], [2]], "i2")}, **options)
    expect("cube73.mat", cube, ["2", "-1", "2"])
    hdf5storage.savemat("ragged73.mat", {"data": cells(ragged), "labels": cells(["Äpfel", "b c", "Äpfel"])}, **options)
    expect("ragged73.mat", ragged, ["Äpfel", "b c", "Äpfel"])
    hdf5storage.savemat("fields73.mat", {"s": {"X": cells(two), "y": numpy.array([[0.25], [-4.5]])}}, **options)
    expect("fields73.mat", two, None, [[0.25], [-4.5]])


if __name__ == "__main__":
    main(sys.argv[1])
