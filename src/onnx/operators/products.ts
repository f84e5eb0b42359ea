// Gemm and MatMul: the dense layer, over one matrix or many. Spec onnx-operator.

import { dense } from '../../ops/dense.ts';
import { roundingOf } from '../../rounding.ts';
import { type Data, type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import { broadcast, broadcastShape } from '../broadcast.ts';
import { byLayer } from '../by-layer.ts';
import { type Call, type Given, type Operators, type Plan, unsupported } from '../call.ts';
import { permuted, Value, zerosLike } from '../value.ts';

/** A matrix, transposed or as it is. */
function matrix({ shape, first }: Value, transpose: boolean): Tensor {
  return transpose ? { shape: [shape[1], shape[0]], data: permuted(first, shape, [1, 0]) } : { shape, data: first };
}

const turned = ([a, b]: Shape, transpose: boolean): Shape => (transpose ? [b, a] : [a, b]);

function checkInner(a: number, b: number): void {
  if (a !== b) unsupported(`the columns of the first matrix must be the rows of the second, got ${a} and ${b}`);
}

/** x·w of two matrices. */
function product(x: Tensor, w: Tensor): Data {
  return dense({ units: w.shape[1], bias: false }).forward(x, { weight: w }).data;
}

export const products: Operators = {
  Gemm: {
    versions: [7, 9, 11, 13],
    inputs: [2, 3],
    plan(call) {
      const [transA, transB] = [call.int('transA', 0) !== 0, call.int('transB', 0) !== 0];
      const [alpha, beta] = [call.float('alpha', 1), call.float('beta', 1)];
      const [a, b] = [call.at(0), call.alike(1)];
      if (a.shape.length !== 2 || b.shape.length !== 2)
        unsupported(`Gemm takes two matrices, got shapes [${a.shape}] and [${b.shape}]`);
      const [M, K] = turned(a.shape, transA);
      const [rows, N] = turned(b.shape, transB);
      checkInner(K, rows);
      const c = call.has(2) ? call.alike(2).shape : undefined;
      const isBias = c === undefined || (beta === 1 && sizeOf(c) === N && (c[c.length - 1] ?? 1) === N);
      if (!transA && alpha === 1 && isBias) {
        return byLayer(call, {
          layer: dense({ units: N, bias: c !== undefined }),
          params: (given) => ({
            weight: matrix(given(1), transB),
            ...(c && { bias: { shape: [N], data: given(2).first } }),
          }),
        });
      }
      const shape = [M, N];
      if (c && broadcastShape([c, shape]).some((axis, i) => axis !== shape[i]))
        unsupported(`input 2 must broadcast to [${shape}], got [${c}]`);
      return {
        outputs: [{ type: a.type, shape }],
        cost: M * N * K,
        run(given) {
          const y = product(matrix(given(0), transA), matrix(given(1), transB));
          const round = roundingOf(y);
          for (let i = 0; i < y.length; i++) y[i] *= alpha;
          if (c) {
            const added = broadcast(given(2), shape, 'first');
            const step = added.length === 1 ? 0 : 1;
            for (let i = 0; i < y.length; i++) y[i] += round(beta * added[i * step]);
          }
          return [new Value(a.type, shape, y)];
        },
      };
    },
  },
  MatMul: {
    versions: [1, 9, 13],
    inputs: [2, 2],
    plan(call) {
      const [a, b] = [call.at(0), call.alike(1)];
      if (a.shape.length === 0 || b.shape.length === 0) unsupported('MatMul takes arrays of at least one axis');
      if (a.shape.length === 2 && b.shape.length === 2) {
        checkInner(a.shape[1], b.shape[0]);
        return byLayer(call, {
          layer: dense({ units: b.shape[1], bias: false }),
          params: (given) => ({ weight: given(1).tensor }),
        });
      }
      return many(call, a.shape, b.shape);
    },
  },
};

/** As NumPy's matmul: the last two axes are matrices, the others are broadcast; a missing axis is 1 and is dropped again. */
function many(call: Call, a: Shape, b: Shape): Plan {
  const [A, B] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
  const [[M, K], [rows, N]] = [A.slice(-2), B.slice(-2)];
  checkInner(K, rows);
  const batch = broadcastShape([A.slice(0, -2), B.slice(0, -2)]);
  const shape = [...batch, ...(a.length === 1 ? [] : [M]), ...(b.length === 1 ? [] : [N])];
  const { type } = call.at(0);
  const count = sizeOf(batch);
  const reshaped = (value: Value, to: Shape): Value => new Value(type, to, value.first);
  const run = (given: Given): readonly Value[] => {
    const [x, w] = [reshaped(given(0), A), reshaped(given(1), B)];
    if (B.length === 2)
      return [new Value(type, shape, product({ shape: [count * M, K], data: x.first }, { shape: B, data: w.first }))];
    const [xs, ws] = [broadcast(x, [...batch, M, K], 'first', false), broadcast(w, [...batch, K, N], 'first', false)];
    const y = zerosLike(xs, count * M * N);
    for (let n = 0; n < count; n++) {
      const [left, right] = [xs.slice(n * M * K, (n + 1) * M * K), ws.slice(n * K * N, (n + 1) * K * N)];
      y.set(product({ shape: [M, K], data: left }, { shape: [K, N], data: right }), n * M * N);
    }
    return [new Value(type, shape, y)];
  };
  return { outputs: [{ type, shape }], cost: count * M * N * K, run };
}
