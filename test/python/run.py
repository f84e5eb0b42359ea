"""Reads cases as JSON from standard input, computes them by the text of spec/, and writes the results as JSON.

A layer's case is {layer, type, attributes, shape, x, params, dy} with arrays as little-endian hexadecimal; its result is
{shape, y, dx, params}, without gradients where dy is absent. A function's case is {function, type, x, exponent}.
"""

import json
import struct
import sys

import spec_math
from spec_cells import cells
from spec_conv import conv
from spec_moves import depth_to_space, pad, part, shuffle, space_to_depth, upsample
from spec_norm import dropout, group_norm, layer_norm, lrn, norm
from spec_pool import avg_pool, global_lp_pool, lp_pool, max_pool
from spec_product import identity, product
from spec_rows import binary_cross_entropy, cross_entropy, log_softmax, softmax
from spec_winograd import winograd

LAYERS = {
    'conv': conv,
    'maxPool': max_pool,
    'avgPool': avg_pool,
    'lpPool': lp_pool,
    'softmax': softmax,
    'lrn': lrn,
    'batchNorm': lambda *args: norm(*args, True),
    'frozenNorm': lambda *args: norm(*args, False),
    'dropout': dropout,
    'winograd': winograd,
    'crossEntropy': cross_entropy,
    'binaryCrossEntropy': binary_cross_entropy,
    **{name: cells(name) for name in ['clip', 'hardSigmoid', 'hardSwish', 'silu', 'gelu', 'elu', 'selu', 'power', 'softplus']},
    'pad': pad,
    'upsample': upsample,
    'slice': part,
    'shuffleChannels': shuffle,
    'depthToSpace': depth_to_space,
    'spaceToDepth': space_to_depth,
    'groupNorm': group_norm,
    'instanceNorm': lambda *args: group_norm(*args, args[2][-1]),
    'layerNorm': layer_norm,
    'logSoftmax': log_softmax,
    'globalLpPool': global_lp_pool,
    'identity': identity,
}
LAYERS['product'] = product(LAYERS)


def read(text, code):
    data = bytes.fromhex(text)
    return list(struct.unpack(f'<{len(data) // (4 if code == "f" else 8)}{code}', data))


def write(values, code):
    return struct.pack(f'<{len(values)}{code}', *values).hex()


def layer(case):
    code = 'f' if case['type'] == 'float32' else 'd'
    params = {name: read(text, code) for name, text in case['params'].items()}
    shape, y, pull = LAYERS[case['layer']](spec_math.Type(case['type']), case['attributes'], case['shape'], read(case['x'], code), params)
    result = {'shape': shape, 'y': write(y, code)}
    if 'dy' in case:
        dx, gradients = pull(read(case['dy'], code))
        result |= {'dx': write(dx, code), 'params': {name: write(each, code) for name, each in gradients.items()}}
    return result


def function(case):
    name, single = case['function'], case['type'] == 'float32'
    code = 'f' if single else 'd'
    if name == 'pow':
        value = lambda x: spec_math.fround(spec_math.power(x, case['exponent'])) if single else spec_math.power(x, case['exponent'])
    else:
        value = (lambda x: spec_math.nearest32(name, x)) if single else getattr(spec_math, name)
    return {'y': write([value(x) for x in read(case['x'], code)], code)}


json.dump([function(case) if 'function' in case else layer(case) for case in json.load(sys.stdin)], sys.stdout)
