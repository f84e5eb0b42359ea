#!/usr/bin/env python3
"""An adapter between toeplitz and an engine in Python. It needs numpy.

    npx toeplitz smoke python3 -- FILE    says within a second whether calls and tensors arrive
    npx toeplitz check python3 -- FILE    judges the operators; --help lists them all and what a call of each contains

conv2d below is a naive convolution that is right. Let it call your engine instead, then add operators to OPS.
"""
import base64
import json
import sys

import numpy


class Skip(Exception):
    """Raise it for a case that your engine does not offer: the case is counted, and is no failure."""


def conv2d(attributes, x, weight, bias=None):
    """x [n, h, w, c], weight [kh, kw, c / groups, filters], bias [filters]; gives y [n, oh, ow, filters]."""
    stride, dilation, groups = attributes["stride"], attributes["dilation"], attributes["groups"]
    # if groups > 1: raise Skip("no groups")
    x = numpy.pad(x, [(0, 0), *attributes["padding"], (0, 0)])
    kh, kw, channels, filters = weight.shape
    oh = (x.shape[1] - (kh - 1) * dilation[0] - 1) // stride[0] + 1
    ow = (x.shape[2] - (kw - 1) * dilation[1] - 1) // stride[1] + 1
    y = numpy.zeros((x.shape[0], oh, ow, filters), "float32")
    per_group = filters // groups
    for ky in range(kh):
        for kx in range(kw):
            top, left = ky * dilation[0], kx * dilation[1]
            cells = x[:, top : top + oh * stride[0] : stride[0], left : left + ow * stride[1] : stride[1]]
            cells = cells[:, :oh, :ow]
            for g in range(groups):
                own = slice(g * per_group, (g + 1) * per_group)
                y[..., own] += cells[..., g * channels : (g + 1) * channels] @ weight[ky, kx, :, own]
    return y if bias is None else y + bias


OPS = {"conv2d": conv2d}  # more: maxPool2d, avgPool2d, dense, …
GRADIENTS = {}  # "conv2d": a function that also gets dy and gives {"x": dx, "weight": dw, "bias": db}
HELLO = {
    "name": "my engine",
    # "version": "1.0",
    "language": "python",  # of the cases that are shown
    "same": "numbers",  # padding comes as [[before, after], …], never as a word
    # "requires": ["groups = 1", "stride <= size"],  other cases are not asked
    # "layout": {"x": "NCHW", "weight": "OIHW"},  the tensors come so; default: NHWC and HWIO
    # "dialect": "torch",                         attributes by the names of onnx, torch, tensorflow, webnn or caffe
    "ops": list(OPS),
    "gradients": list(GRADIENTS),
}


# The protocol: one line of JSON for each question and each answer.


def decode(tensor):
    return numpy.frombuffer(base64.b64decode(tensor["data"]), "<f4").reshape(tensor["shape"])


def encode(result):
    if isinstance(result, dict):
        return {name: encode(each) for name, each in result.items() if each is not None}
    data = numpy.ascontiguousarray(result, "<f4")
    return {"shape": data.shape, "data": base64.b64encode(data.tobytes()).decode()}


def answer(call):
    tensors = {name: decode(each) for name, each in call.items() if isinstance(each, dict) and "data" in each}
    table = GRADIENTS if "dy" in call else OPS
    try:
        return {"result": encode(table[call["op"]](call["attributes"], **tensors))}
    except Skip as why:
        return {"skip": str(why)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    out, sys.stdout = sys.stdout, sys.stderr  # what is printed must not mix with the answers
    for line in sys.stdin:
        message = json.loads(line)
        if message["cmd"] == "bye":
            return
        reply = HELLO if message["cmd"] == "hello" else {"seq": message["seq"], **answer(message["call"])}
        print(json.dumps(reply), file=out, flush=True)


main()
