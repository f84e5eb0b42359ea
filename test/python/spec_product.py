"""The product of parallel layers, from the text of spec/composition.md alone; the form is that of spec_conv.py."""

from spec_window import size


def broadcast(shape, whole):
    """The number in a tensor of this shape, 1 on some axes, of each element of the whole."""
    numbers = [0]
    for n, m in zip(shape, whole):
        numbers = [i * n + (k if n > 1 else 0) for i in numbers for k in range(m)]
    return numbers


def product(layers):
    def layer(type, attributes, shape, x, params):
        fl = type.fl
        parts = [layers[part['layer']](type, part['attributes'], shape, x, {}) for part in attributes['parts']]
        whole = [max(axis) for axis in zip(*(of for of, _, _ in parts))]
        at = [broadcast(of, whole) for of, _, _ in parts]
        y = None
        for (_, values, _), numbers in zip(parts, at):
            values = [values[i] for i in numbers]
            y = values if y is None else [fl(a * b) for a, b in zip(y, values)]

        def pull(dy):
            total = None
            for k, (of, _, own) in enumerate(parts):
                terms = [[] for _ in range(size(of))]
                for i, d in enumerate(dy):
                    for other, (_, values, _) in enumerate(parts):
                        if other != k:
                            d = fl(d * values[at[other][i]])
                    terms[at[k][i]].append(d)
                # All terms of one number lie in one image, since batches are equal.
                inner = [fl(type.total(each, True)) for each in terms]
                dx, _ = own(inner)
                total = dx if total is None else [fl(a + b) for a, b in zip(total, dx)]
            return total, {}

        return whole, y, pull
    return layer


def identity(type, attributes, shape, x, params):
    return shape, list(x), lambda dy: (list(dy), {})
