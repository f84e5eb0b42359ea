"""Normalization and dropout from the text of spec/normalization.md and spec/activation.md alone; the form is that of spec_conv.py."""

from spec_math import divide, power, root
from spec_random import uniforms


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


def set_norm(type, attributes, shape, x, params, sets):
    """groupNorm, instanceNorm and layerNorm: `sets` are lists of places with common statistics, each row-major."""
    fl, C, N = type.fl, shape[-1], shape[0]
    epsilon = fl(attributes.get('epsilon', 1e-5))
    weight, bias = params['weight'], params['bias']
    y, hat, own = [0.0] * len(x), [0.0] * len(x), []
    for places in sets:
        M = len(places)
        mean = type.total([x[i] for i in places], True) / M
        variance = type.total([(x[i] - mean) * (x[i] - mean) for i in places], True) / M
        deviation = root(variance + epsilon)
        own.append((places, M, deviation))
        for i in places:
            scale = fl(divide(weight[i % C], deviation))
            y[i] = fl(fl(fl(x[i] - mean) * scale) + bias[i % C])
            hat[i] = fl(divide(fl(x[i] - mean), deviation))

    def pull(dy):
        dx = [0.0] * len(x)
        for places, M, deviation in own:
            q = {i: fl(dy[i] * weight[i % C]) for i in places}
            A = type.total([q[i] for i in places], True)
            B = type.total([fl(q[i] * hat[i]) for i in places], True)
            for i in places:
                dx[i] = fl(divide(fl(fl(q[i] - A / M) - fl(hat[i] * (B / M))), deviation))
        M = len(x) // C
        W = image_sums(N, M, C, lambda i: fl(dy[i] * hat[i]))
        D = image_sums(N, M, C, lambda i: dy[i])
        return dx, {'weight': [fl(s) for s in W], 'bias': [fl(s) for s in D]}

    return shape, y, pull


def group_norm(type, attributes, shape, x, params, groups=None):
    C, image = shape[-1], len(x) // shape[0]
    groups = groups or attributes['groups']
    sets = [[n * image + i for i in range(image) if i % C // (C // groups) == g] for n in range(shape[0]) for g in range(groups)]
    return set_norm(type, attributes, shape, x, params, sets)


def layer_norm(type, attributes, shape, x, params):
    C = shape[-1]
    return set_norm(type, attributes, shape, x, params, [list(range(i, i + C)) for i in range(0, len(x), C)])


def dropout(type, attributes, shape, x, params):
    rate = attributes.get('rate', 0.5)
    draw = uniforms(attributes.get('seed', 0))
    f = type.fl(1 / (1 - rate))
    kept = [next(draw) >= rate for _ in x]
    mask = lambda values: [type.fl(v * f) if k else 0.0 for v, k in zip(values, kept)]
    return shape, mask(x), lambda dy: (mask(dy), {})
