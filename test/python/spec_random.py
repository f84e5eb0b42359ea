"""The generator of spec/random.md."""

import struct

MASK = 0xFFFFFFFF


def rotate(x, k):
    return (x << k | x >> (32 - k)) & MASK


def murmur3(data):
    """MurmurHash3 with 32 bits and seed 0 [Appleby 2011]."""
    h = 0
    for at in range(0, len(data), 4):
        block = data[at:at + 4]
        k = int.from_bytes(block, 'little') * 0xCC9E2D51 & MASK
        h ^= rotate(k, 15) * 0x1B873593 & MASK
        if len(block) == 4:
            h = (rotate(h, 13) * 5 + 0xE6546B64) & MASK
    h ^= len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        h = (h ^ h >> shift) * factor & MASK
    return h ^ h >> 16


def hash_of(*numbers):
    return murmur3(b''.join(b'\0' + struct.pack('<d', float(n) or 0.0) for n in numbers))


def draws(seed):
    """xoshiro128** 1.1 [Blackman and Vigna]."""
    a, b, c, d = (hash_of(seed, i) for i in range(4))
    while True:
        yield rotate(b * 5 & MASK, 7) * 9 & MASK
        t = b << 9 & MASK
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= t
        d = rotate(d, 11)


def uniforms(seed):
    source = draws(seed)
    while True:
        upper = next(source) >> 5
        yield ((upper << 26) + (next(source) >> 6)) / 2**53
