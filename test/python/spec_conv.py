"""Convolution from the text of spec/convolution.md and spec/numerics.md alone.

A tensor is a flat list, row-major, channels last. Each layer is a function (type, attributes, shape, x, params) that
returns the shape of y, y, and a function from dy to (dx, {name: gradient}).
"""

from itertools import product

from spec_window import Window

BLOCK = 224  # positions, numerics-weight-gradient


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
    """numerics-weight-gradient: blocks, images, the total; None is a position whose tap meets padding."""
    P = len(images[0])
    if P <= BLOCK // 2:
        together = BLOCK // P
        parts = [[t for image in images[i:i + together] for t in image] for i in range(0, len(images), together)]
        sums = [block_sum(type, part) for part in parts]
    else:
        sums = [type.total([block_sum(type, image[p:p + BLOCK]) for p in range(0, P, BLOCK)], True) for image in images]
    return type.fl(type.total(sums, True))


def block_sum(type, terms):
    return type.total([t for t in terms if t is not None], False)


def bias_sum(type, images):
    """numerics-bias-gradient."""
    return type.fl(type.total([type.total(image, True) for image in images], True))
