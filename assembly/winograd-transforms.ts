// The one-dimensional transforms of F(m×m, 3×3): Bᵀ on m + 2 cells, G on 3 weights, Aᵀ on m + 2 sums [Lavin and Gray
// 2016]; m = 2: points 0, ±1, ∞; m = 4: points 0, ±1, ±2, ∞. The formulas are those of src/reference/winograd.ts, to the
// bit. Values are read from `from` on, `step` bytes apart, and written from `to` on, `toStep` apart: one addition each,
// because V8 does not compute such sums as part of an address. Spec winograd-transforms.

/** Bᵀ x. */
@inline
export function transformInput(m: i32, from: usize, step: usize, to: usize, toStep: usize): void {
  const x0 = v128.load(from);
  from += step;
  const x1 = v128.load(from);
  from += step;
  const x2 = v128.load(from);
  from += step;
  const x3 = v128.load(from);
  if (m == 2) {
    v128.store(to, f32x4.sub(x0, x2));
    to += toStep;
    v128.store(to, f32x4.add(x1, x2));
    to += toStep;
    v128.store(to, f32x4.sub(x2, x1));
    to += toStep;
    v128.store(to, f32x4.sub(x1, x3));
    return;
  }
  from += step;
  const x4 = v128.load(from);
  from += step;
  const x5 = v128.load(from);
  const four = f32x4.splat(4);
  const a = f32x4.sub(x4, f32x4.mul(four, x2)), b = f32x4.sub(x3, f32x4.mul(four, x1));
  const c = f32x4.sub(x4, x2), e = f32x4.sub(x3, x1), d = f32x4.add(e, e);
  v128.store(to, f32x4.add(f32x4.mul(four, f32x4.sub(x0, x2)), c));
  to += toStep;
  v128.store(to, f32x4.add(a, b));
  to += toStep;
  v128.store(to, f32x4.sub(a, b));
  to += toStep;
  v128.store(to, f32x4.add(c, d));
  to += toStep;
  v128.store(to, f32x4.sub(c, d));
  to += toStep;
  v128.store(to, f32x4.sub(f32x4.sub(x5, x3), f32x4.mul(four, e)));
}

/** G w. */
@inline
export function transformWeight(m: i32, from: usize, step: usize, to: usize, toStep: usize): void {
  const w0 = v128.load(from), w1 = v128.load(from + step), w2 = v128.load(from + 2 * step);
  const s = f32x4.add(w0, w2);
  if (m == 2) {
    const half = f32x4.splat(0.5);
    v128.store(to, w0);
    v128.store(to + toStep, f32x4.mul(f32x4.add(s, w1), half));
    v128.store(to + 2 * toStep, f32x4.mul(f32x4.sub(s, w1), half));
    v128.store(to + 3 * toStep, w2);
    return;
  }
  const six = f32x4.splat(-6);
  const p = f32x4.div(f32x4.add(w0, f32x4.mul(f32x4.splat(4), w2)), f32x4.splat(24));
  const q = f32x4.div(w1, f32x4.splat(12));
  v128.store(to, f32x4.mul(w0, f32x4.splat(0.25)));
  v128.store(to + toStep, f32x4.div(f32x4.add(s, w1), six));
  v128.store(to + 2 * toStep, f32x4.div(f32x4.sub(s, w1), six));
  v128.store(to + 3 * toStep, f32x4.add(p, q));
  v128.store(to + 4 * toStep, f32x4.sub(p, q));
  v128.store(to + 5 * toStep, w2);
}

/** Aᵀ s. */
@inline
export function transformOutput(m: i32, from: usize, step: usize, to: usize, toStep: usize): void {
  const s0 = v128.load(from);
  from += step;
  const s1 = v128.load(from);
  from += step;
  const s2 = v128.load(from);
  from += step;
  const s3 = v128.load(from);
  const a = f32x4.add(s1, s2), b = f32x4.sub(s1, s2);
  if (m == 2) {
    v128.store(to, f32x4.add(s0, a));
    to += toStep;
    v128.store(to, f32x4.sub(b, s3));
    return;
  }
  from += step;
  const s4 = v128.load(from);
  from += step;
  const s5 = v128.load(from);
  const c = f32x4.add(s3, s4), d = f32x4.sub(s3, s4);
  v128.store(to, f32x4.add(f32x4.add(s0, a), c));
  to += toStep;
  v128.store(to, f32x4.add(b, f32x4.mul(f32x4.splat(2), d)));
  to += toStep;
  v128.store(to, f32x4.add(a, f32x4.mul(f32x4.splat(4), c)));
  to += toStep;
  v128.store(to, f32x4.add(f32x4.add(b, f32x4.mul(f32x4.splat(8), d)), s5));
}
