"""The error function and the normal distribution from the text of spec/math.md alone."""

from spec_math import error, exp

COEFFICIENTS = [
    1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
    0.009074997670705265, -0.002413163540417608, 0.0004907758365258086, -6.916973302501207e-5, 4.13902798607301e-6,
    7.74038306619849e-7, -2.1886401049234397e-7, 1.076499946567091e-8, 4.521959811218287e-9, -7.754400208831351e-10,
    -6.318088340886684e-11, 2.86879501093067e-11, 1.9455868545777347e-13, -9.65469674843344e-13, 3.25254814814874e-14,
    3.3478119482868056e-14, -1.864562880419313e-15, -1.2507950530688648e-15, 7.418235256624044e-17, 5.068148904796111e-17,
]


def complement(x):
    t = (x - 3.75) / (x + 3.75)
    first, second = 0.0, 0.0
    for c in COEFFICIENTS[:0:-1]:
        first, second = 2 * t * first - second + c, first
    return (t * first - second + COEFFICIENTS[0]) / (1 + 2 * x)


def bell(x, h):
    return 0.0 if abs(x) > 40 else exp(-h * (x * x), -h * error(x, x))


def erf(x):
    if abs(x) >= 0.5:
        y = 1 - (0.0 if abs(x) > 40 else bell(x, 1) * complement(abs(x)))
        return -y if x < 0 else y
    z, s, p = -(x * x), 0.0, 1.0
    for n in range(1, 13):
        p = p * z / n
        s += p / (2 * n + 1)
    return 1.1283791670955126 * (x + x * s)


def normal(x):
    """The distribution."""
    if x != x:
        return x
    if abs(x) < 0.7:
        return 0.5 + 0.5 * erf(x * 0.7071067811865476)
    below = 0.0 if abs(x) > 40 else 0.5 * bell(x, 0.5) * complement(abs(x) * 0.7071067811865476)
    return 1 - below if x > 0 else below


def density(x):
    return 0.3989422804014327 * bell(x, 0.5)
