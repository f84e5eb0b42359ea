"""PyTorch on the CPU, as an engine of the dialect torch, with gradients by autograd."""
import numpy
import torch
from torch.nn import functional as F

from speak import serve

torch.set_num_threads(1)


def conv(f):
    def run(a, x, weight, bias=None):
        return f(x, weight, bias, a["stride"], a["padding"], a["dilation"], a["groups"])

    return run


def transposed(f):
    def run(a, x, weight, bias=None):
        return f(x, weight, bias, a["stride"], a["padding"], a["output_padding"], a["groups"], a["dilation"])

    return run


def max_pool(f):
    return lambda a, x: f(x, a["kernel_size"], a["stride"], a["padding"], a["dilation"], a["ceil_mode"])


def avg_pool(f):
    return lambda a, x: f(
        x, a["kernel_size"], a["stride"], a["padding"], a["ceil_mode"], a["count_include_pad"]
    )


def norm(a, x, weight, bias, mean=None, variance=None):
    return F.batch_norm(x, mean, variance, weight, bias, a["training"], 0.1, a["eps"])


def cross_entropy(a, x, labels):
    return F.cross_entropy(
        x, labels.long(), ignore_index=a["ignore_index"], label_smoothing=a["label_smoothing"]
    )


OPS = {
    **{f"conv{n}d": conv(getattr(F, f"conv{n}d")) for n in (1, 2, 3)},
    **{f"depthwiseConv{n}d": conv(getattr(F, f"conv{n}d")) for n in (1, 2, 3)},
    **{f"convTranspose{n}d": transposed(getattr(F, f"conv_transpose{n}d")) for n in (1, 2, 3)},
    **{f"maxPool{n}d": max_pool(getattr(F, f"max_pool{n}d")) for n in (1, 2, 3)},
    "avgPool2d": avg_pool(F.avg_pool2d),
    "avgPool3d": avg_pool(F.avg_pool3d),
    "avgPool1d": avg_pool(F.avg_pool1d),
    "dense": lambda a, x, weight, bias=None: F.linear(x, weight, bias),
    "prelu": lambda a, x, slope: F.prelu(x, slope),
    "relu": lambda a, x: F.relu(x),
    "leakyRelu": lambda a, x: F.leaky_relu(x, a["negative_slope"]),
    "sigmoid": lambda a, x: torch.sigmoid(x),
    "tanh": lambda a, x: torch.tanh(x),
    "softmax": lambda a, x: F.softmax(x, a["dim"]),
    "batchNorm": norm,
    "frozenNorm": norm,
    "lrn": lambda a, x: F.local_response_norm(x, a["size"], a["alpha"], a["beta"], a["k"]),
    "crossEntropy": cross_entropy,
    "binaryCrossEntropy": lambda a, x, targets: F.binary_cross_entropy_with_logits(x, targets),
    "lpPool2d": lambda a, x: F.lp_pool2d(x, float(a["norm_type"]), a["kernel_size"], a["stride"], a["ceil_mode"]),
}

GIVEN = ("mean", "variance", "labels", "targets")


def forward(op):
    def run(a, **tensors):
        with torch.no_grad():
            y = OPS[op](a, **{name: torch.from_numpy(each) for name, each in tensors.items()})
        return y.numpy().reshape(1) if y.dim() == 0 else y.numpy()

    return run


def gradient(op):
    def run(a, dy, **tensors):
        given = {name: torch.from_numpy(each) for name, each in tensors.items()}
        for name, each in given.items():
            each.requires_grad_(name not in GIVEN)
        y = OPS[op](a, **given)
        y.backward(torch.from_numpy(dy).reshape(y.shape))
        return {name: each.grad.numpy() for name, each in given.items() if each.grad is not None}

    return run


serve(
    {op: forward(op) for op in OPS},
    {op: gradient(op) for op in OPS if op not in ("frozenNorm",)},
    name="PyTorch, CPU",
    version=torch.__version__,
    dialect="torch",
)
