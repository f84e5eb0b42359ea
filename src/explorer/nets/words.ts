// Shapes, bytes and receptive fields of a net as text.

import type { Field } from '../../layer/layer.ts';
import type { FreeShape } from '../../onnx/graph.ts';

/** Axes that a file leaves open have their names. */
export const shapeText = (shape: FreeShape | undefined): string =>
  shape === undefined ? 'unknown shape' : shape.map((axis) => (axis === '' ? '?' : axis)).join('×') || '1';

export const fieldText = (field: Field | undefined): string => field?.map(({ size }) => size).join('×') || '—';

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'KB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${Number(value.toPrecision(3))} ${unit}`;
}
