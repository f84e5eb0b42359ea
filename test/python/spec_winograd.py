"""Winograd's minimal filtering from the text of spec/winograd.md alone."""

from itertools import product

from spec_window import Window


def formulas(m, fl):
    """Bᵀ, G and Aᵀ of winograd-formulas, every operation rounded."""
    add, sub, mul, div = (lambda a, b: fl(a + b)), (lambda a, b: fl(a - b)), (lambda a, b: fl(a * b)), (lambda a, b: fl(a / b))

    def input2(x):
        return [sub(x[0], x[2]), add(x[1], x[2]), sub(x[2], x[1]), sub(x[1], x[3])]

    def weight2(w):
        s = add(w[0], w[2])
        return [w[0], mul(add(s, w[1]), 0.5), mul(sub(s, w[1]), 0.5), w[2]]

    def output2(s):
        return [add(s[0], add(s[1], s[2])), sub(sub(s[1], s[2]), s[3])]

    def input4(x):
        a, b = sub(x[4], mul(4, x[2])), sub(x[3], mul(4, x[1]))
        c, e = sub(x[4], x[2]), sub(x[3], x[1])
        d = add(e, e)
        return [add(mul(4, sub(x[0], x[2])), c), add(a, b), sub(a, b), add(c, d), sub(c, d), sub(sub(x[5], x[3]), mul(4, e))]

    def weight4(w):
        s = add(w[0], w[2])
        p, q = div(add(w[0], mul(4, w[2])), 24), div(w[1], 12)
        return [mul(w[0], 0.25), div(add(s, w[1]), -6), div(sub(s, w[1]), -6), add(p, q), sub(p, q), w[2]]

    def output4(s):
        a, b, c, d = add(s[1], s[2]), sub(s[1], s[2]), add(s[3], s[4]), sub(s[3], s[4])
        return [add(add(s[0], a), c), add(b, mul(2, d)), add(a, mul(4, c)), add(add(b, mul(8, d)), s[5])]

    return (input2, weight2, output2) if m == 2 else (input4, weight4, output4)


def twice(transform, square):
    """Each column, then each row of what that gave."""
    columns = [transform([row[j] for row in square]) for j in range(len(square[0]))]
    return [transform([column[i] for column in columns]) for i in range(len(columns[0]))]


def winograd(type, attributes, shape, x, params):
    g = Window(shape, attributes)
    fl = type.fl
    (N, _, _, C), O, groups = shape, attributes['filters'], attributes.get('groups', 1)
    Cg, Og = C // groups, O // groups
    rows, columns = g.axes
    tiles = lambda m: -(-rows.output // m) * -(-columns.output // m)
    m = 4 if tiles(4) >= 8 and 45 * tiles(4) < 16 * tiles(2) else 2
    B, G, A = formulas(m, fl)

    def cell(n, i, j, c):
        i, j = i - rows.before, j - columns.before
        inside = 0 <= i < rows.n and 0 <= j < columns.n
        return x[((n * rows.n + i) * columns.n + j) * C + c] if inside else 0.0

    U = {
        (c, o): twice(G, [[params['weight'][((i * 3 + j) * Cg + c) * O + o] for j in range(3)] for i in range(3)])
        for c, o in product(range(Cg), range(O))
    }
    y = [0.0] * (N * g.count * O)
    for n, top, left in product(range(N), range(0, rows.output, m), range(0, columns.output, m)):
        V = [twice(B, [[cell(n, top + i, left + j, c) for j in range(m + 2)] for i in range(m + 2)]) for c in range(C)]
        for o in range(O):
            sums = [[0.0] * (m + 2) for _ in range(m + 2)]
            for i, j, c in product(range(m + 2), range(m + 2), range(Cg)):
                sums[i][j] = fl(sums[i][j] + fl(U[c, o][i][j] * V[o // Og * Cg + c][i][j]))
            tile = twice(A, sums)
            for i, j in product(range(m), range(m)):
                if top + i < rows.output and left + j < columns.output:
                    value = tile[i][j] if 'bias' not in params else fl(tile[i][j] + params['bias'][o])
                    y[((n * rows.output + top + i) * columns.output + left + j) * O + o] = value
    return [N, rows.output, columns.output, O], y, None
