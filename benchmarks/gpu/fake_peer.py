"""Stands in for PyTorch where there is none, to try the driver: "steps" are pauses. Needs nothing but Python 3.

    benchmarks/gpu.sh --peer-script benchmarks/gpu/fake_peer.py --engine cpu --case gru_T100

Its mode "compile" fails for dense models, so that a mode that can't run a case is seen too.
"""

import time

from peer_protocol import serve

MILLIS = {"eager": 3.0, "compile": 2.0, "graph": 1.0}


class FakePeer:
    def __init__(self):
        self.modes = {}

    def hello(self):
        return {"name": "fake", "versions": {"fake": "1"}, "device": "none"}

    def open(self, id, mode, case):
        if mode == "compile" and case["kind"] == "dense":
            raise RuntimeError("this mode can't run dense models")
        self.modes[id] = mode
        print(f"fake peer: {mode} opened; what is printed must not disturb the protocol")
        return {"loss": 1.0}

    def run(self, id, steps):
        start = time.perf_counter()
        for _ in range(steps):
            time.sleep(MILLIS[self.modes[id]] / 1000)
        return {"ms": 1000 * (time.perf_counter() - start), "loss": 1.0}

    def close(self, id):
        del self.modes[id]
        return {}

    def copy(self, bytes):
        return {"bytesPerSecond": 1e12}


if __name__ == "__main__":
    serve(FakePeer())
