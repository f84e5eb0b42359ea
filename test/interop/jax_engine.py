"""JAX on the CPU: lax.conv_general_dilated and lax.reduce_window, with gradients by jax.vjp."""
import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")
import jax
import numpy
from jax import lax
from jax import numpy as jnp

from speak import serve


def dimensions(x, weight):
    space = "DHW"[3 - (x.ndim - 2) :]
    return lax.conv_dimension_numbers(x.shape, weight.shape, (f"N{space}C", f"{space}IO", f"N{space}C"))


def plus(y, bias):
    return y if bias is None else y + bias


def conv(a, x, weight, bias=None, groups=None):
    y = lax.conv_general_dilated(
        x,
        weight,
        a["stride"],
        a["padding"],
        rhs_dilation=a["dilation"],
        dimension_numbers=dimensions(x, weight),
        feature_group_count=a["groups"] if groups is None else groups,
        precision=lax.Precision.HIGHEST,
    )
    return plus(y, bias)


def depthwise(a, x, weight, bias=None):
    return conv(a, x, weight, bias, groups=x.shape[-1])


def window(a):
    return (1, *a["size"], 1), (1, *a["stride"], 1), [(0, 0), *map(tuple, a["padding"]), (0, 0)], (1, *a["dilation"], 1)


def max_pool(a, x):
    size, stride, padding, dilation = window(a)
    return lax.reduce_window(x, -jnp.inf, lax.max, size, stride, padding, window_dilation=dilation)


def avg_pool(a, x):
    size, stride, padding, dilation = window(a)
    add = lambda v: lax.reduce_window(v, 0.0, lax.add, size, stride, padding, window_dilation=dilation)
    if not a["countPadding"]:
        return add(x) / add(jnp.ones_like(x))
    return add(x) / float(numpy.prod(a["size"]))


OPS = {
    **{f"conv{n}d": conv for n in (1, 2, 3)},
    **{f"depthwiseConv{n}d": depthwise for n in (1, 2, 3)},
    **{f"maxPool{n}d": max_pool for n in (1, 2, 3)},
    **{f"avgPool{n}d": avg_pool for n in (1, 2, 3)},
    "dense": lambda a, x, weight, bias=None: plus(jnp.matmul(x, weight, precision="highest"), bias),
    "relu": lambda a, x: jax.nn.relu(x),
    "leakyRelu": lambda a, x: jax.nn.leaky_relu(x, a["slope"]),
    "sigmoid": lambda a, x: jax.nn.sigmoid(x),
    "tanh": lambda a, x: jnp.tanh(x),
    "softmax": lambda a, x: jax.nn.softmax(x, a["axis"]),
}


def forward(op):
    return lambda a, **tensors: numpy.asarray(OPS[op](a, **tensors))


def gradient(op):
    def run(a, dy, **tensors):
        names = list(tensors)
        _, pull = jax.vjp(lambda *given: OPS[op](a, **dict(zip(names, given))), *map(jnp.asarray, tensors.values()))
        return {name: numpy.asarray(each) for name, each in zip(names, pull(jnp.asarray(dy)))}

    return run


serve(
    {op: forward(op) for op in OPS},
    {op: gradient(op) for op in OPS},
    name="JAX, CPU",
    version=jax.__version__,
    same="numbers",
    requires=["ceil = false"],
    traits={"padding": "multiplied"},
)
