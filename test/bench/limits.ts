// The machine's two limits, without and with memory: arithmetic in registers, and every byte once.

/** Runs `n` rounds of 12 × 4 lanes, one multiplication and one addition each, 12 sums that do not wait for each other: 96·n operations. */
export function chain(n: i32): f32 {
  const m = f32x4.splat(0.999);
  const c = f32x4.splat(0.001);
  let a0 = f32x4.splat(0),
    a1 = f32x4.splat(1),
    a2 = f32x4.splat(2),
    a3 = f32x4.splat(3);
  let a4 = f32x4.splat(4),
    a5 = f32x4.splat(5),
    a6 = f32x4.splat(6),
    a7 = f32x4.splat(7);
  let a8 = f32x4.splat(8),
    a9 = f32x4.splat(9),
    a10 = f32x4.splat(10),
    a11 = f32x4.splat(11);
  do {
    a0 = f32x4.add(f32x4.mul(a0, m), c);
    a1 = f32x4.add(f32x4.mul(a1, m), c);
    a2 = f32x4.add(f32x4.mul(a2, m), c);
    a3 = f32x4.add(f32x4.mul(a3, m), c);
    a4 = f32x4.add(f32x4.mul(a4, m), c);
    a5 = f32x4.add(f32x4.mul(a5, m), c);
    a6 = f32x4.add(f32x4.mul(a6, m), c);
    a7 = f32x4.add(f32x4.mul(a7, m), c);
    a8 = f32x4.add(f32x4.mul(a8, m), c);
    a9 = f32x4.add(f32x4.mul(a9, m), c);
    a10 = f32x4.add(f32x4.mul(a10, m), c);
    a11 = f32x4.add(f32x4.mul(a11, m), c);
  } while (--n > 0);
  const s = f32x4.add(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), f32x4.add(f32x4.add(a4, a5), f32x4.add(a6, a7)));
  return f32x4.extract_lane(f32x4.add(s, f32x4.add(f32x4.add(a8, a9), f32x4.add(a10, a11))), 0);
}

/** Reads `read` bytes in four streams, then writes the `written` bytes after them; both are multiples of 256. */
export function touch(read: usize, written: usize): f32 {
  const begin: usize = 256;
  const step = read / 4;
  let a = f32x4.splat(0),
    b = a,
    c = a,
    d = a;
  for (let p = begin; p < begin + step; p += 64) {
    a = four(a, p);
    b = four(b, p + step);
    c = four(c, p + 2 * step);
    d = four(d, p + 3 * step);
  }
  const v = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  for (let p = begin + read; p < begin + read + written; p += 64) {
    v128.store(p, v);
    v128.store(p, v, 16);
    v128.store(p, v, 32);
    v128.store(p, v, 48);
  }
  return f32x4.extract_lane(v, 0);
}

function four(v: v128, p: usize): v128 {
  v = v128.xor(v, v128.load(p));
  v = v128.xor(v, v128.load(p, 16));
  v = v128.xor(v, v128.load(p, 32));
  return v128.xor(v, v128.load(p, 48));
}
