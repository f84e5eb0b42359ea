"""Layers from the text of spec/ alone: convolution, pooling, softmax, normalization, dropout, Winograd.

A tensor is a flat list, row-major, channels last. Each layer is a function (type, attributes, shape, x, params) that
returns the shape of y, y, and a function from dy to (dx, {name: gradient}).
"""

import math
from itertools import product

from spec_math import INF, NAN, divide, log, power, root
from spec_random import uniforms


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


def conv(type, attributes, shape, x, params):
    """conv-forward and its gradients."""
    g = Window(shape, attributes)
    fl = type.fl
    N, C, O, groups = shape[0], shape[-1], attributes['filters'], attributes.get('groups', 1)
    I, P, K, Cg, Og = g.cells, g.count, g.taps, C // groups, O // groups
    w, b = params['weight'], params.get('bias')
    X = lambda n, i, c: x[(n * I + i) * C + c]
    W = lambda k, c, o: w[(k * Cg + c) * O + o]
    y = []
    for n, p, o in product(range(N), range(P), range(O)):
        first = o // Og * Cg
        s = 0.0
        for k in range(K):
            i = g.at[p][k]
            if i is not None:
                for c in range(Cg):
                    s = fl(s + fl(X(n, i, first + c) * W(k, c, o)))
        y.append(s if b is None else fl(s + b[o]))

    def pull(dy):
        D = lambda n, p, o: dy[(n * P + p) * O + o]
        dx = [0.0] * len(x)
        for n, p, k in ((n, p, k) for n in range(N) for p in range(P) for k in range(K)):
            i = g.at[p][k]
            if i is None:
                continue
            for c in range(C):
                at = (n * I + i) * C + c
                group = c // Cg
                for o in range(group * Og, (group + 1) * Og):
                    dx[at] = fl(dx[at] + fl(D(n, p, o) * W(k, c - group * Cg, o)))
        dw = []
        for k, c, o in product(range(K), range(Cg), range(O)):
            first = o // Og * Cg
            terms = [
                [(g.at[p][k], D(n, p, o)) for p in range(P)]
                for n in range(N)
            ]
            dw.append(weight_sum(type, [[None if i is None else fl(X(n, i, first + c) * d) for i, d in image] for n, image in enumerate(terms)]))
        gradients = {'weight': dw}
        if b is not None:
            gradients['bias'] = [bias_sum(type, [[D(n, p, o) for p in range(P)] for n in range(N)]) for o in range(O)]
        return dx, gradients

    return [N, *g.output, O], y, pull


def weight_sum(type, images):
    """numerics-order: the positions of one image from +0, then the images; None is padding."""
    sums = [type.total([t for t in image if t is not None], False) for image in images]
    return type.total(sums, False)


def bias_sum(type, images):
    return weight_sum(type, images)


def max_pool(type, attributes, shape, x, params):
    g = Window(shape, attributes, True)
    N, C, I, P = shape[0], shape[-1], g.cells, g.count
    y, winner = [], []
    for n, p, c in product(range(N), range(P), range(C)):
        best, at = -INF, None
        for i in g.at[p]:
            if i is None:
                continue
            v = x[(n * I + i) * C + c]
            if at is None or v > best or (v != v and best == best):
                best, at = v, (n * I + i) * C + c
        y.append(best)
        winner.append(at)

    def pull(dy):
        terms = [[] for _ in x]
        for at, d in zip(winner, dy):
            if at is not None:
                terms[at].append(d)
        return [type.fl(type.total(each, g.long)) for each in terms], {}

    return [N, *g.output, C], y, pull


def avg_pool(type, attributes, shape, x, params):
    g = Window(shape, attributes, True)
    N, C, I, P = shape[0], shape[-1], g.cells, g.count
    counted = attributes.get('countPadding', False)
    divisor = [float(g.inside_padded[p] if counted else sum(i is not None for i in g.at[p])) for p in range(P)]
    y = []
    for n, p, c in product(range(N), range(P), range(C)):
        s = type.total([x[(n * I + i) * C + c] for i in g.at[p] if i is not None], g.long)
        y.append(type.fl(divide(s, divisor[p])))

    def pull(dy):
        terms = [[] for _ in x]
        for n, p, c in product(range(N), range(P), range(C)):
            share = type.fl(divide(dy[(n * P + p) * C + c], divisor[p]))
            for i in g.at[p]:
                if i is not None:
                    terms[(n * I + i) * C + c].append(share)
        return [type.fl(type.total(each, g.long)) for each in terms], {}

    return [N, *g.output, C], y, pull


def lp_pool(type, attributes, shape, x, params):
    g = Window(shape, attributes, True)
    fl, p_ = type.fl, attributes.get('p', 2)
    N, C, I, P = shape[0], shape[-1], g.cells, g.count
    if p_ == 2:
        raised, rooted = (lambda v: fl(v * v)), (lambda s: fl(root(s)))
    elif p_ == 1:
        raised, rooted = abs, fl
    else:
        raised, rooted = (lambda v: fl(power(abs(v), p_))), (lambda s: fl(power(s, 1 / p_)))
    least = 2.0**-126 if type.single else 2.0**-1022
    y = []
    for n, p, c in product(range(N), range(P), range(C)):
        values = [x[(n * I + i) * C + c] for i in g.at[p] if i is not None]
        s = type.total(map(raised, values), g.long)
        m = NAN if any(v != v for v in values) else max(map(abs, values), default=0.0)
        if not least <= s < INF and 0 < m < INF:
            y.append(fl(m * rooted(type.total([raised(fl(v / m)) for v in values], g.long))))
        else:
            y.append(rooted(s))

    def slope(q):
        if q == 0 and p_ > 1 or q != q:
            return q
        return math.copysign(power(abs(q), p_ - 1), q) if q != 0 else 0.0

    def pull(dy):
        terms = [[] for _ in x]
        for n, p, c in product(range(N), range(P), range(C)):
            out = (n * P + p) * C + c
            if y[out] == 0:
                continue
            for i in g.at[p]:
                if i is not None:
                    at = (n * I + i) * C + c
                    terms[at].append(fl(fl(slope(fl(divide(x[at], y[out])))) * dy[out]))
        return [fl(type.total(each, g.long)) for each in terms], {}

    return [N, *g.output, C], y, pull


def softmax(type, attributes, shape, x, params):
    axis = attributes.get('axis', -1) % len(shape)
    length, step = shape[axis], size(shape[axis + 1:])
    rows = [[block * length * step + j + i * step for i in range(length)]
            for block in range(size(shape[:axis])) for j in range(step)]
    fl = type.fl
    y = [0.0] * len(x)
    for row in rows:
        first = row[0]
        for i in row:
            if x[i] > x[first]:
                first = i
        e = [type.exp(below(type, x, i, first)) for i in row]
        s = type.total(e, True)
        for i, each in zip(row, e):
            y[i] = fl(divide(each, s))

    def pull(dy):
        dx = [0.0] * len(x)
        for row in rows:
            s = type.total([fl(dy[i] * y[i]) for i in row], True)
            for i in row:
                dx[i] = fl(y[i] * fl(dy[i] - s))
        return dx, {}

    return shape, y, pull


def below(type, x, i, first):
    return 0.0 if i == first and x[i] == INF else type.fl(x[i] - x[first])


def lrn(type, attributes, shape, x, params):
    fl, C = type.fl, shape[-1]
    window = attributes.get('size', 5)
    alpha, beta, k = fl(attributes.get('alpha', 1e-4)), attributes.get('beta', 0.75), fl(attributes.get('k', 2))
    lower, upper = (window - 1) // 2, -(-(window - 1) // 2)
    reach = lambda c: range(max(0, c - lower), min(C, c + upper + 1))
    y, d, t = [], [], []
    for at in range(len(x)):
        pixel, c = at - at % C, at % C
        s = type.total([fl(x[pixel + j] * x[pixel + j]) for j in reach(c)], window > 64)
        d.append(fl(k + fl(alpha * s)))
        t.append(fl(power(d[at], beta)))
        y.append(fl(divide(x[at], t[at])))

    def pull(dy):
        f = fl(2 * alpha * beta)
        dx = []
        for at in range(len(x)):
            pixel, c = at - at % C, at % C
            held = [j for j in range(C) if c in reach(j)]
            s = type.total([fl(divide(fl(dy[pixel + j] * y[pixel + j]), d[pixel + j])) for j in held], window > 64)
            dx.append(fl(fl(divide(dy[at], t[at])) - fl(fl(f * x[at]) * s)))
        return dx, {}

    return shape, y, pull


def image_sums(N, M, C, term):
    """Long sums by channel: the positions of an image, then the images; term(element)."""
    sums = []
    for c in range(C):
        whole = 0.0
        for n in range(N):
            s = 0.0
            for m in range(M // N):
                s += term((n * (M // N) + m) * C + c)
            whole += s
        sums.append(whole)
    return sums


def norm(type, attributes, shape, x, params, batch):
    fl, C, N = type.fl, shape[-1], shape[0]
    M = len(x) // C
    epsilon = fl(attributes.get('epsilon', 1e-5))
    if batch:
        mean = [s / M for s in image_sums(N, M, C, lambda i: x[i])]
        variance = [s / M for s in image_sums(N, M, C, lambda i: (x[i] - mean[i % C]) * (x[i] - mean[i % C]))]
    else:
        mean, variance = params['mean'], params['variance']
    deviation = [root(v + epsilon) for v in variance]
    scale = [fl(divide(w, d)) for w, d in zip(params['weight'], deviation)]
    y = [fl(fl(fl(v - mean[i % C]) * scale[i % C]) + params['bias'][i % C]) for i, v in enumerate(x)]

    def pull(dy):
        hat = [fl(divide(fl(v - mean[i % C]), deviation[i % C])) for i, v in enumerate(x)]
        W = image_sums(N, M, C, lambda i: fl(dy[i] * hat[i]))
        B = image_sums(N, M, C, lambda i: dy[i])
        if batch:
            dx = [fl(scale[i % C] * fl(fl(d - B[i % C] / M) - fl(hat[i] * (W[i % C] / M)))) for i, d in enumerate(dy)]
        else:
            dx = [fl(d * scale[i % C]) for i, d in enumerate(dy)]
        gradients = {'weight': [fl(s) for s in W], 'bias': [fl(s) for s in B]}
        if not batch:
            gradients |= {'mean': [0.0] * C, 'variance': [0.0] * C}
        return dx, gradients

    return shape, y, pull


def dropout(type, attributes, shape, x, params):
    rate = attributes.get('rate', 0.5)
    draw = uniforms(attributes.get('seed', 0))
    f = type.fl(1 / (1 - rate))
    kept = [next(draw) >= rate for _ in x]
    mask = lambda values: [type.fl(v * f) if k else 0.0 for v, k in zip(values, kept)]
    return shape, mask(x), lambda dy: (mask(dy), {})


def long_mean(type, N, losses):
    """The long sum of all, image by image, divided once by their number."""
    M = len(losses) // N
    total = 0.0
    for n in range(N):
        s = 0.0
        for each in losses[n * M:(n + 1) * M]:
            s += each
        total += s
    return type.fl(total / len(losses))


def cross_entropy(type, attributes, shape, x, params):
    fl, labels, K = type.fl, attributes['labels'], shape[-1]
    rows = [list(range(r * K, r * K + K)) for r in range(len(labels))]
    losses, parts = [], []
    for label, row in zip(labels, rows):
        first = row[0]
        for i in row:
            if x[i] > x[first]:
                first = i
        d = [below(type, x, i, first) for i in row]
        e = [type.exp(v) for v in d]
        r = type.total([v for i, v in zip(row, e) if i != first or x[i] != x[i]], True)
        u = 1 + r
        losses.append(fl(fl(log(u) + (r - (u - 1)) / u) - d[label]))
        parts.append((first, e, r, type.total(e, True)))

    def pull(dy):
        share = fl(dy[0] / len(labels))
        dx = []
        for label, row, (first, e, r, s) in zip(labels, rows, parts):
            g = [fl(divide(v, s)) for v in e]
            g[label] = fl(0 - r / s) if row[label] == first else fl(g[label] - 1)
            dx += [fl(v * share) for v in g]
        return dx, {}

    return [1], [long_mean(type, shape[0], losses)], pull


def binary_cross_entropy(type, attributes, shape, x, params):
    fl = type.fl
    side = [fl(1 - fl(t)) if v > 0 else fl(t) for v, t in zip(x, attributes['targets'])]
    product_of = lambda a, w: 0.0 if w == 0 else fl(a * w)
    losses = [fl(type.function('softplus', -abs(v)) + product_of(abs(v), w)) for v, w in zip(x, side)]

    def pull(dy):
        share = fl(dy[0] / len(x))
        s = [type.function('sigmoid', -abs(v)) for v in x]
        return [fl(fl(w - s[i] if x[i] > 0 else s[i] - w) * share) for i, w in enumerate(side)], {}

    return [1], [long_mean(type, shape[0], losses)], pull


LAYERS = {
    'conv': conv,
    'maxPool': max_pool,
    'avgPool': avg_pool,
    'lpPool': lp_pool,
    'softmax': softmax,
    'lrn': lrn,
    'batchNorm': lambda *args: norm(*args, True),
    'frozenNorm': lambda *args: norm(*args, False),
    'dropout': dropout,
    'crossEntropy': cross_entropy,
    'binaryCrossEntropy': binary_cross_entropy,
}
