"""Windows over spatial axes, from the text of spec/window.md alone."""

from itertools import product


def size(shape):
    n = 1
    for axis in shape:
        n *= axis
    return n


class Axis:
    """One axis of a window (window.md)."""

    def __init__(self, n, taps, stride, dilation, padding, ceil):
        self.n, self.taps, self.stride, self.dilation = n, taps, stride, dilation
        reach = (taps - 1) * dilation + 1
        if padding in ('same', 'same-upper', 'same-lower'):
            self.output = -(-n // stride)
            whole = max(0, (self.output - 1) * stride + reach - n)
            small, large = whole // 2, whole - whole // 2
            self.before, self.after = (large, small) if padding == 'same-lower' else (small, large)
        else:
            self.before, self.after = padding
            room = n + self.before + self.after - reach
            self.output = (-(-room // stride) if ceil else room // stride) + 1
            if ceil and (self.output - 1) * stride >= n + self.before:
                self.output -= 1

    def cell(self, p, k):
        i = p * self.stride + k * self.dilation - self.before
        return i if 0 <= i < self.n else None

    def padded(self, p, k):
        """Whether the tap lies in the padded input, not in the overhang."""
        return p * self.stride + k * self.dilation - self.before < self.n + self.after


def per_axis(value, rank):
    return list(value) if isinstance(value, list) else [value] * rank


def paddings(value, rank):
    if isinstance(value, str) and value != 'valid':
        return [value] * rank
    each = per_axis(0 if value == 'valid' else value, rank)
    return [tuple(one) if isinstance(one, list) else (one, one) for one in each]


class Window:
    """All spatial axes: positions p, taps k and cells i by their row-major numbers."""

    def __init__(self, shape, attributes, stride_is_size=False):
        rank = len(shape) - 2
        taps = per_axis(attributes['size'], rank)
        strides = per_axis(attributes.get('stride', taps if stride_is_size else 1), rank)
        dilations = per_axis(attributes.get('dilation', 1), rank)
        pads = paddings(attributes.get('padding', 'valid'), rank)
        ceil = attributes.get('ceil', False)
        self.axes = [Axis(*each, ceil) for each in zip(shape[1:-1], taps, strides, dilations, pads)]
        self.output = [a.output for a in self.axes]
        self.cells, self.count = size(shape[1:-1]), size(self.output)
        self.long = size(taps) > 64  # numerics-long
        places = list(product(*(range(t) for t in taps)))
        self.taps = len(places)
        # at[p][k] is the number of the cell, or None
        self.at = [[self.number(p, k) for k in places] for p in product(*(range(o) for o in self.output))]
        self.inside_padded = [
            sum(all(a.padded(i, j) for a, i, j in zip(self.axes, p, k)) for k in places)
            for p in product(*(range(o) for o in self.output))
        ]

    def number(self, p, k):
        n = 0
        for a, i, j in zip(self.axes, p, k):
            cell = a.cell(i, j)
            if cell is None:
                return None
            n = n * a.n + cell
        return n
