"""Pooling from the text of spec/pooling.md alone; the form is that of spec_conv.py."""

import math
from itertools import product

from spec_math import INF, NAN, divide, power, root
from spec_window import Window


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


def lp_pool(type, attributes, shape, x, params, whole=False):
    g = Window(shape, attributes, True)
    g.long = g.long or whole
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


def global_lp_pool(type, attributes, shape, x, params):
    """One window over all of space (pool-global)."""
    whole = {'size': list(shape[1:-1]), 'p': attributes.get('p', 2)}
    out, y, pull = lp_pool(type, whole, shape, x, params, True)
    return (out if attributes.get('keep') else [out[0], out[-1]]), y, pull
