"""Padding, resampling and moving from the text of spec/resampling.md alone; the form is that of spec_conv.py."""

import math

from spec_window import size


def lines(shape, axis):
    """The places of every line along an axis."""
    step = size(shape[axis + 1:])
    for block in range(size(shape[:axis])):
        for j in range(step):
            yield [(block * shape[axis] + i) * step + j for i in range(shape[axis])]


def resampled(fl, shape, x, axis, recipes):
    """Each cell of an axis from a list of (source or None, share or value); dx by its transpose, a long sum of each."""
    to = shape[:axis] + [len(recipes)] + shape[axis + 1:]
    y = [0.0] * size(to)
    for source, target in zip(lines(shape, axis), lines(to, axis)):
        for place, parts in zip(target, recipes):
            terms = [value if cell is None else x[source[cell]] if value is None else fl(x[source[cell]] * value) for cell, value in parts]
            y[place] = terms[0] if len(terms) == 1 else fl(terms[0] + terms[1])

    def pull(dy):
        dx = [0.0] * len(x)
        for source, target in zip(lines(shape, axis), lines(to, axis)):
            sums = [0.0] * len(source)
            for place, parts in zip(target, recipes):
                for cell, value in parts:
                    if cell is not None:
                        sums[cell] += dy[place] if value is None else fl(dy[place] * value)
            for place, s in zip(source, sums):
                dx[place] = fl(s)
        return dx

    return to, y, pull


def along(fl, shape, x, recipes):
    """Axis by axis of space, the first first; the gradient the last first."""
    pulls = []
    for axis, each in recipes:
        shape, x, pull = resampled(fl, shape, x, axis, each)
        pulls.append(pull)

    def back(dy):
        for pull in reversed(pulls):
            dy = pull(dy)
        return dy, {}

    return shape, x, back


def pad(type, attributes, shape, x, params):
    rank, mode, value = len(shape) - 2, attributes.get('mode', 'constant'), type.fl(attributes.get('value', 0))
    padding = attributes['padding']
    sides = [padding] * rank if isinstance(padding, int) else padding
    sides = [[each, each] if isinstance(each, int) else each for each in sides]

    def source(i, n):
        if 0 <= i < n:
            return (i, None)
        if mode == 'constant':
            return (None, value)
        if mode == 'edge':
            return (min(max(i, 0), n - 1), None)
        if mode == 'wrap':
            return (i % n, None)
        if n == 1:
            return (0, None)
        i %= 2 * (n - 1)
        return (i if i < n else 2 * (n - 1) - i, None)

    recipes = [(axis + 1, [[source(i, shape[axis + 1])] for i in range(-before, shape[axis + 1] + after)])
               for axis, (before, after) in enumerate(sides)]
    return along(type.fl, shape, x, recipes)


def upsample(type, attributes, shape, x, params):
    fl, rank = type.fl, len(shape) - 2
    each = lambda value: [value] * rank if isinstance(value, (int, float)) else value
    mode, coordinates = attributes.get('mode', 'nearest'), attributes.get('coordinates', 'half-pixel')
    rounding = attributes.get('rounding', 'prefer-floor')
    recipes = []
    for axis in range(rank):
        n = shape[axis + 1]
        if 'size' in attributes:
            m = each(attributes['size'])[axis]
            scale = m / n
        else:
            scale = each(attributes.get('scale', 2))[axis]
            m = math.floor(n * scale)

        def place(i):
            if coordinates == 'align-corners':
                return 0.0 if m == 1 else i * (n - 1) / (m - 1)
            if coordinates == 'asymmetric':
                return i / scale
            if coordinates == 'half-pixel-start':
                return (i + 0.5) / scale
            return 0.0 if coordinates == 'half-pixel-or-first' and m == 1 else (i + 0.5) / scale - 0.5

        def recipe(i):
            p = place(i)
            if mode == 'nearest':
                r = {'prefer-floor': math.ceil(p - 0.5), 'prefer-ceil': math.floor(p + 0.5),
                     'floor': math.floor(p), 'ceil': math.ceil(p)}[rounding]
                return [(min(max(r, 0), n - 1), None)]
            p = min(max(p, 0), n - 1)
            low = math.floor(p)
            s = fl(p - low)
            return [(low, None)] if s == 0 else [(low, fl(1 - s)), (low + 1, s)]

        recipes.append((axis + 1, [recipe(i) for i in range(m)]))
    return along(fl, shape, x, recipes)


def moved(shape, x, to, sources):
    """y[i] is x[sources[i]], no cell twice."""
    def pull(dy):
        dx = [0.0] * len(x)
        for source, d in zip(sources, dy):
            dx[source] += d
        return dx, {}

    return to, [x[source] for source in sources], pull


def places(shape):
    for at in range(size(shape)):
        place = []
        for axis in reversed(shape):
            place.append(at % axis)
            at //= axis
        yield place[::-1]


def at(shape, place):
    index = 0
    for axis, i in zip(shape, place):
        index = index * axis + i
    return index


def part(type, attributes, shape, x, params):
    kept = [range(n) for n in shape]
    steps = attributes.get('steps', [1] * len(attributes['axes']))
    for axis, start, end, step in zip(attributes['axes'], attributes['starts'], attributes['ends'], steps):
        kept[axis] = range(*slice(start, end, step).indices(shape[axis]))
    to = [len(each) for each in kept]
    return moved(shape, x, to, [at(shape, [each[i] for each, i in zip(kept, place)]) for place in places(to)])


def shuffle(type, attributes, shape, x, params):
    groups, C = attributes['groups'], shape[-1]
    sources = [at(shape, place[:-1] + [(place[-1] % groups) * (C // groups) + place[-1] // groups]) for place in places(shape)]
    return moved(shape, x, shape, sources)


def blocks(shape, block, order):
    """For every cell of the wide tensor that of the deep one, of depthToSpace on the deep shape."""
    rank = len(shape) - 2
    B = block ** rank
    D = shape[-1] // B
    to = [shape[0]] + [n * block for n in shape[1:-1]] + [D]

    def source(place):
        b = 0
        for i in place[1:-1]:
            b = b * block + i % block
        c = b * D + place[-1] if order == 'DCR' else place[-1] * B + b
        return at(shape, [place[0]] + [i // block for i in place[1:-1]] + [c])

    return to, [source(place) for place in places(to)]


def depth_to_space(type, attributes, shape, x, params):
    to, sources = blocks(shape, attributes['size'], attributes.get('order', 'DCR'))
    return moved(shape, x, to, sources)


def space_to_depth(type, attributes, shape, x, params):
    block = attributes['size']
    deep = [shape[0]] + [n // block for n in shape[1:-1]] + [shape[-1] * block ** (len(shape) - 2)]
    _, sources = blocks(deep, block, attributes.get('order', 'DCR'))
    inverse = [0] * len(x)
    for i, source in enumerate(sources):
        inverse[source] = i
    return moved(shape, x, deep, inverse)
