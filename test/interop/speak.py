"""The protocol of toeplitz for an engine in Python: one line of JSON for each question and each answer."""
import base64
import json
import sys

import numpy


class Skip(Exception):
    """For a case that the engine does not offer."""


def decode(tensor):
    return numpy.frombuffer(base64.b64decode(tensor["data"]), "<f4").reshape(tensor["shape"]).copy()


def encode(result):
    if isinstance(result, dict):
        return {name: encode(each) for name, each in result.items() if each is not None}
    data = numpy.ascontiguousarray(result)
    if data.dtype != numpy.float32:
        raise TypeError(f"the result is {data.dtype}, not float32")
    return {"shape": numpy.shape(result), "data": base64.b64encode(data.astype("<f4").tobytes()).decode()}


def answer(call, ops, gradients):
    tensors = {name: decode(each) for name, each in call.items() if isinstance(each, dict) and "data" in each}
    table = gradients if "dy" in call else ops
    try:
        return {"result": encode(table[call["op"]](call["attributes"], **tensors))}
    except Skip as why:
        return {"skip": str(why)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:500]}


def serve(ops, gradients={}, **hello):
    out, sys.stdout = sys.stdout, sys.stderr
    hello = {"language": "python", **hello, "ops": list(ops), "gradients": list(gradients)}
    for line in sys.stdin:
        message = json.loads(line)
        if message["cmd"] == "bye":
            return
        reply = (
            hello
            if message["cmd"] == "hello"
            else {"seq": message["seq"], **answer(message["call"], ops, gradients)}
        )
        print(json.dumps(reply), file=out, flush=True)
