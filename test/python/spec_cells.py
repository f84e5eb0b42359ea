"""The activations of toeplitz/ops from the text of spec/activation.md and spec/math.md alone; the form is that of spec_conv.py."""

from spec_erf import density, normal
from spec_math import INF, exp, growth, power, sigmoid


def expm1(x):
    if x != x or x == 0:
        return x
    if abs(x) < 0.34:
        E, _ = growth(x, 0.0, 0.0)
        return E
    return exp(x) - 1


def clip(fl, a):
    low, high = fl(a.get('min', -INF)), fl(a.get('max', INF))
    return lambda x: low if x < low else high if x > high else x, lambda x: 1.0 if low < x < high else 0.0


def hard(fl, alpha, beta):
    def h(x):
        l = fl(fl(alpha * x) + beta)
        return 0.0 if l < 0 else 1.0 if l > 1 else l
    return h


def hard_sigmoid(fl, a):
    alpha = fl(a.get('alpha', 0.2))
    h = hard(fl, alpha, fl(a.get('beta', 0.5)))
    return h, lambda x: alpha if 0 < h(x) < 1 else 0.0


def hard_swish(fl, a):
    alpha = fl(1 / 6)
    h = hard(fl, alpha, 0.5)
    return lambda x: x * h(x), lambda x: h(x) if h(x) in (0, 1) else fl(h(x) + fl(alpha * x))


def far(x):
    return 1.0 if x > 0 else 0.0


def silu(fl, a):
    value = lambda x: -0.0 if x == -INF else x * sigmoid(x)
    return value, lambda x: far(x) if abs(x) > 800 else sigmoid(x) * (1 + x * sigmoid(-x))


def gelu(fl, a):
    if a.get('approximate', 'none') == 'none':
        return lambda x: -0.0 if x == -INF else x * normal(x), lambda x: far(x) if abs(x) > 800 else normal(x) + x * density(x)
    u = lambda x: 1.5957691216057308 * (x + 0.044715 * x * x * x)
    value = lambda x: -0.0 if x == -INF else x * sigmoid(u(x))
    return value, lambda x: far(x) if abs(x) > 800 else sigmoid(u(x)) * (1 + x * sigmoid(-u(x)) * 1.5957691216057308 * (1 + 3 * 0.044715 * x * x))


def elu(fl, a):
    alpha = fl(a.get('alpha', 1))
    return lambda x: alpha * expm1(x) if x < 0 else x, lambda x: 1.0 if x > 0 else alpha * exp(x)


def selu(fl, a):
    alpha, gamma = fl(a.get('alpha', 1.6732632423543772)), fl(a.get('gamma', 1.0507009873554805))
    return lambda x: gamma * x if x > 0 else gamma * (alpha * expm1(x)), lambda x: gamma if x > 0 else gamma * (alpha * exp(x))


def powers(fl, a):
    exponent, scale, shift = fl(a.get('exponent', 1)), fl(a.get('scale', 1)), fl(a.get('shift', 0))
    base = lambda x: shift + scale * x
    return lambda x: power(base(x), exponent), lambda x: 0.0 if exponent == 0 else exponent * scale * power(base(x), exponent - 1)


CELLS = {'clip': clip, 'hardSigmoid': hard_sigmoid, 'hardSwish': hard_swish, 'silu': silu, 'gelu': gelu, 'elu': elu, 'selu': selu, 'power': powers}


def cells(name):
    def layer(type, attributes, shape, x, params):
        fl = type.fl
        if name == 'softplus':
            f, slope = lambda v: type.function('softplus', v), sigmoid
        else:
            f, slope = CELLS[name](fl, attributes)

        def pull(dy):
            slopes = [slope(v) for v in x]
            return [0.0 if s == 0 else fl(d * s) for d, s in zip(dy, slopes)], {}

        return shape, [fl(f(v)) for v in x], pull
    return layer
