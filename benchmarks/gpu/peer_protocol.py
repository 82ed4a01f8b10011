"""How a peer is asked to work: a line of JSON on standard input is a request, a line of JSON on standard output the answer.

    {"do": "hello"}                                        -> {"name": ..., "versions": {...}, "device": ...}
    {"do": "open", "id": 1, "mode": "eager", "case": {..}} -> {"loss": ...}
    {"do": "run", "id": 1, "steps": 20}                    -> {"ms": time of all steps, "loss": of the last one}
    {"do": "close", "id": 1}                               -> {}
    {"do": "copy", "bytes": 1000000000}                    -> {"bytesPerSecond": read and written}
    {"do": "quit"}                                         -> {}

What fails is answered with {"error": "..."}; the peer stays there for the next request. Nothing else may be printed on standard
output: it is pointed to standard error while a request is served.
"""

import contextlib
import json
import sys


def serve(peer, lines=sys.stdin, out=None):
    """peer has the methods hello(), open(id, mode, case), run(id, steps), close(id) and copy(bytes), which return dicts."""
    answers = out or sys.stdout
    for line in lines:
        if not line.strip():
            continue
        done = False
        with contextlib.redirect_stdout(sys.stderr):
            try:
                request = json.loads(line)
                action = request.pop("do")
                done = action == "quit"
                answer = {} if done else _methods(peer)[action](**request)
            except Exception as failure:  # whatever it is, the other side is told and goes on
                answer = {"error": f"{type(failure).__name__}: {failure}".strip()[:2000]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        if done:
            return


def _methods(peer):
    return {name: getattr(peer, name) for name in ("hello", "open", "run", "close", "copy")}
