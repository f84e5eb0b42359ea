"""SciPy: convolutions by scipy.signal, pools by scipy.ndimage; padding is written into x. The argument: direct, fft or ndimage."""
import sys

import numpy
import scipy
from scipy import ndimage, signal

from speak import serve

METHOD = sys.argv[1]


def padded(a, x, value=0):
    return numpy.pad(x, [(0, 0), *a["padding"], (0, 0)], constant_values=value)


def strided(a, y):
    return y[:, :: a["stride"][0], :: a["stride"][1]]


def conv2d(a, x, weight, bias=None):
    x = padded(a, x)
    maps = [
        [signal.correlate(image, weight[..., o], "valid", METHOD)[..., 0] for o in range(weight.shape[-1])]
        for image in x
    ]
    y = strided(a, numpy.moveaxis(numpy.array(maps), 1, -1))
    return y if bias is None else y + bias


def conv1d(a, x, weight, bias=None):
    x = padded(a, x)
    maps = [
        [signal.correlate(image, weight[..., o], "valid", METHOD)[..., 0] for o in range(weight.shape[-1])]
        for image in x
    ]
    y = numpy.moveaxis(numpy.array(maps), 1, -1)[:, :: a["stride"][0]]
    return y if bias is None else y + bias


def depthwise(a, x, weight, bias=None):
    """By scipy.ndimage.correlate, whose output has the size of its input: the cells of whole windows are kept."""
    x = padded(a, x)
    kh, kw, _, many = weight.shape
    channels = x.shape[-1]
    top, left = kh // 2, kw // 2
    h, w = x.shape[1] - kh + 1, x.shape[2] - kw + 1
    maps = []
    for o in range(many):
        c = o // (many // channels)
        full = [ndimage.correlate(image[..., c], weight[:, :, 0, o], mode="constant") for image in x]
        maps.append(numpy.array(full)[:, top : top + h, left : left + w])
    y = strided(a, numpy.stack(maps, -1))
    return y if bias is None else y + bias


def filtered(f, fill):
    def run(a, x):
        x = padded(a, x, fill)
        kh, kw = a["size"]
        h, w = x.shape[1] - kh + 1, x.shape[2] - kw + 1
        y = f(x, size=(1, kh, kw, 1), mode="nearest")
        return strided(a, y[:, kh // 2 : kh // 2 + h, kw // 2 : kw // 2 + w])

    return run


if METHOD == "ndimage":
    OPS = {"depthwiseConv2d": depthwise, "maxPool2d": filtered(ndimage.maximum_filter, -numpy.inf), "avgPool2d": filtered(ndimage.uniform_filter, 0)}
    requires = ["dilation = 1", "ceil = false", "avgPool2d: padding = 0"]
else:
    OPS = {"conv2d": conv2d, "conv1d": conv1d}
    requires = ["groups = 1", "dilation = 1"]

serve(
    OPS,
    name=f"SciPy, {METHOD if METHOD == 'ndimage' else 'signal.correlate, ' + METHOD}",
    version=scipy.__version__,
    same="numbers",
    requires=requires,
    traits={"fft": True} if METHOD == "fft" else {"padding": "multiplied"},
)
