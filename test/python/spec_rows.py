"""Softmax and the losses from the text of spec/activation.md and spec/loss.md alone; the form is that of spec_conv.py."""

from spec_math import INF, divide, exp, log
from spec_window import size


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


def log_softmax(type, attributes, shape, x, params):
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
        d = [below(type, x, i, first) for i in row]
        s = log(type.total([exp(each) for each in d], True))
        for i, each in zip(row, d):
            y[i] = fl(each - s)

    def pull(dy):
        dx = [0.0] * len(x)
        for row in rows:
            S = type.total([dy[i] for i in row], True)
            for i in row:
                dx[i] = fl(dy[i] - fl(type.exp(y[i]) * S))
        return dx, {}

    return shape, y, pull


def below(type, x, i, first):
    return 0.0 if i == first and x[i] == INF else type.fl(x[i] - x[first])


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
