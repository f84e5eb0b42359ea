"""Numbers as spec/numerics.md and spec/math.md define them: rounding, division, sums, and the mathematics functions.

Written from the text of spec/ alone. A Python float is a float64; each operation is one of IEEE 754.
"""

import math
import struct
from decimal import Decimal, localcontext
from fractions import Fraction

INF = math.inf
NAN = math.nan


def fround(v):
    """The nearest float32, ties to even (numerics-rounding)."""
    try:
        return struct.unpack('<f', struct.pack('<f', v))[0]
    except OverflowError:
        return math.copysign(INF, v)


def divide(a, b):
    """a / b with the infinities and NaN of IEEE 754."""
    if b != 0:
        return a / b
    if a == 0 or a != a:
        return NAN
    return math.copysign(INF, a) * math.copysign(1, b)


def root(v):
    return math.sqrt(v) if v >= 0 else NAN


class Type:
    """An element type: its rounding fl and its exponential."""

    def __init__(self, name):
        self.single = name == 'float32'
        self.fl = fround if self.single else (lambda v: v)

    def exp(self, x):
        return self.function('exp', x)

    def function(self, name, x):
        return nearest32(name, x) if self.single else globals()[name](x)

    def total(self, terms, long):
        """A sum from +0, short or long (numerics-long)."""
        s = 0.0
        for t in terms:
            s = s + t if long else self.fl(s + t)
        return s


# math-float32: the exact value by 70 decimal digits, then the nearest float32.


def nearest32(name, x):
    if x != x:
        return x
    if math.isinf(x):
        return {'exp': (INF, 0.0), 'log': (INF, NAN), 'tanh': (1.0, -1.0), 'sigmoid': (1.0, 0.0), 'softplus': (INF, 0.0)}[name][x < 0]
    if name == 'log' and x <= 0:
        return -INF if x == 0 else NAN
    if (name == 'tanh' and x == 0) or (name == 'log' and x == 1):
        return x if name == 'tanh' else 0.0
    if name in ('exp', 'sigmoid', 'softplus') and abs(x) > 1000:
        return {'exp': INF, 'sigmoid': 1.0, 'softplus': x}[name] if x > 0 else 0.0
    with localcontext() as context:
        context.prec = 70
        d = Decimal(x)
        if name == 'exp':
            y = d.exp()
        elif name == 'log':
            y = d.ln()
        elif name == 'tanh':
            e = (2 * d).exp() if abs(x) < 1000 else None
            y = Decimal(math.copysign(1, x)) if e is None else (e - 1) / (e + 1)
        elif name == 'sigmoid':
            y = 1 / (1 + (-d).exp())
        else:
            y = (1 + d.exp()).ln()
        return nearest_fraction(Fraction(y))


def nearest_fraction(q):
    """The float32 nearest to a rational, ties to even."""
    if q == 0:
        return 0.0
    size = abs(q)
    top = size.numerator.bit_length() - size.denominator.bit_length()
    if Fraction(2) ** top > size:
        top -= 1
    place = max(top - 23, -149)
    steps = round(size / Fraction(2) ** place)  # Python rounds a Fraction half to even
    y = INF if steps * Fraction(2) ** place >= Fraction(2) ** 128 else math.ldexp(steps, place)
    return -y if q < 0 else y


# The float64 algorithms, math-parts to math-pow.

H = 3048493539143 / 2**42
L = 5.497923018708371e-14
LOG2E = float.fromhex('0x1.71547652b82fep+0')
SQRT2 = float.fromhex('0x1.6a09e667f3bcdp+0')
T = (1 / 3) / 2**54
F = -(1 / 5) / 2**54


def two(a, b):
    s = a + b
    return s, a - s + b


def upper(x):
    t = 134217729 * x
    return t - (t - x)


def error(a, b):
    p = a * b
    ah = upper(a)
    bh = upper(b)
    al = a - ah
    bl = b - bh
    return al * bl - (p - ah * bh - al * bh - ah * bl)


def ratio(n, nl, d, dl):
    q = n / d
    p = q * d
    return two(q, (n - p - error(q, d) + nl - q * dl) / d)


def growth(x, xl, k):
    a = x - k * H
    c = k * L - xl
    r = a - c
    rl = a - r - c
    R = r * r
    series = 1 / math.factorial(14)
    for n in range(13, 2, -1):
        series = 1 / math.factorial(n) + r * series
    tail = (r * R) * series
    f = r + R / 2
    g = r - f + R / 2 + (error(r, r) / 2 + rl + r * rl + tail)
    return two(f, g)


def exp(x, xl=0.0):
    if x != x:
        return x
    if x > 710:
        return INF
    if x < -746:
        return 0.0
    k = math.floor(x * LOG2E + 0.5)
    E, El = growth(x, xl, float(k))
    y = 1 + E
    h = k // 2
    return (y + (1 - y + E + El)) * math.ldexp(1.0, h) * math.ldexp(1.0, k - h)


def artanh(n, nl, d, dl):
    s = n / d
    p = s * d
    sl = (n - p - error(s, d) + nl - s * dl) / d
    z = s * s
    zl = error(s, s) + 2 * s * sl
    series = 1 / 25
    for m in range(23, 5, -2):
        series = 1 / m + z * series
    u = z * series
    c = 1 / 5 + u
    cl = 1 / 5 - c + u + F
    q = z * c
    t = 1 / 3 + q
    tl = 1 / 3 - t + q + (T + (error(z, c) + z * cl + zl * c))
    w = z * t
    wl = error(z, t) + z * tl + zl * t
    v = s * w
    vl = error(s, w) + s * wl + sl * w
    high = s + v
    return high, s - high + v + (sl + vl)


def log_parts(x):
    if x == 0:
        return -INF, 0.0
    if not 0 < x < INF:
        return (x if x > 0 else NAN), 0.0
    m, e = math.frexp(x)
    m, k = 2 * m, e - 1
    if m > SQRT2:
        m, k = m / 2, k + 1
    d = m + 1
    a, al = artanh(m - 1, 0.0, d, m - (d - 1))
    s = k * H + 2 * a
    return two(s, k * H - s + 2 * a + (2 * al + k * L))


def log(x):
    return log_parts(x)[0]


def denominator(E, El, t):
    m = 1 + t
    d = m + E
    return d, m - d + E + (1 - m + t + El)


def tanh(x):
    a = abs(x)
    if not a >= 2.0**-27:
        return x
    if a > 20:
        return math.copysign(1, x)
    k = math.floor(2 * a * LOG2E + 0.5)
    E, El = growth(2 * a, 0.0, float(k))
    t = 2.0**-k
    less = 1 - t
    n = less + E
    nl = less - n + E + (1 - less - t + El)
    return math.copysign(ratio(n, nl, *denominator(E, El, t))[0], x)


def sigmoid(x):
    a = abs(x)
    if not a <= 40:
        return 1.0 if x > 0 else exp(x)
    k = math.floor(a * LOG2E + 0.5)
    E, El = growth(a, 0.0, float(k))
    t = 2.0**-k
    n = 1 + E
    top = (t, 0.0) if x < 0 else (n, 1 - n + E + El)
    return ratio(*top, *denominator(E, El, t))[0]


def softplus(x):
    a = abs(x)
    if not a <= 40:
        return x if x > 0 else exp(x)
    k = math.floor(0.5 - a * LOG2E)
    E, El = growth(-a, 0.0, float(k))
    U = 2.0**k
    t = (1 + E) * U
    tl = U - t + E * U + El * U
    if t <= SQRT2 - 1:
        d = 2 + t
        h, hl = artanh(t, tl, d, t - (d - 2) + tl)
        A = B = 0.0
    else:
        n = t - 1
        d = 3 + t
        h, hl = artanh(n, t - (n + 1) + tl, d, t - (d - 3) + tl)
        A, B = H, L
    p = A + 2 * h
    pl = A - p + 2 * h + (2 * hl + B)
    m = x if x > 0 else 0.0
    s = m + p
    g = (m - s + p if m > p else p - s + m) + pl
    return two(s, g)[0]


def power(x, y):
    """math-pow, with the special values of IEEE 754-2019."""
    if y == 0 or x == 1:
        return 1.0
    if x != x or y != y:
        return NAN
    whole = math.isinf(y) or y == math.floor(y)
    if x < 0 and not math.isinf(x) and not whole:
        return NAN
    odd = whole and not math.isinf(y) and math.fmod(y, 2) != 0
    sign = -1.0 if odd and math.copysign(1, x) < 0 else 1.0
    if abs(x) == 1:
        return sign
    l, ll = log_parts(abs(x))
    p = y * l
    return sign * (exp(p, error(y, l) + y * ll) if abs(p) < 1000 else exp(p))
