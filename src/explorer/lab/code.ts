// The layer of the lab as code that can be pasted: toeplitz, PyTorch, Keras, ONNX.

import type { Tensor } from '../../tensor.ts';
import { kerasCode } from './keras.ts';
import type { Lab } from './lab.ts';
import { onnxCode } from './onnx.ts';
import { listed } from './python.ts';
import { torchCode } from './torch.ts';

export const languages = { toeplitz: 'toeplitz', torch: 'PyTorch', keras: 'Keras', onnx: 'ONNX' } as const;
export type CodeName = keyof typeof languages;

export const codeOf = (lab: Lab, name: CodeName): string =>
  ({ toeplitz: toeplitzCode, torch: torchCode, keras: kerasCode, onnx: onnxCode })[name](lab);

/** A JavaScript value as source; attributes at their defaults are left out. */
const script = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(script).join(', ')}]` : typeof value === 'string' ? `'${value}'` : String(value);

function toeplitzCode(lab: Lab): string {
  const { layer, x, weight, bias } = lab;
  const quiet: Readonly<Record<string, unknown>> = {
    padding: 'valid',
    dilation: [1, 1],
    stride: lab.weight ? [1, 1] : undefined,
    outputPadding: [0, 0],
    groups: 1,
    ceil: false,
    countPadding: false,
    algorithm: 'auto',
    bias: true,
    multiplier: 1,
  };
  const isQuiet = (name: string, value: unknown): boolean =>
    JSON.stringify(value) === JSON.stringify(quiet[name]) ||
    (Array.isArray(quiet[name]) &&
      Array.isArray(value) &&
      value.every((each) => each === (quiet[name] as number[])[0]));
  const short = (value: unknown): unknown =>
    Array.isArray(value) && value.every((each) => typeof each === 'number' && each === value[0]) ? value[0] : value;
  const attributes = Object.entries(layer.attributes)
    .filter(([name, value]) => !isQuiet(name, value))
    .map(([name, value]) => `${name}: ${script(short(value))}`);
  const tensorCode = (name: string, { shape, data }: Tensor): string =>
    `const ${name} = tensor([${shape.join(', ')}], [${listed(data)}]);`;
  const params = [weight && 'weight', bias && 'bias'].filter(Boolean).join(', ');
  return [
    `import { ${layer.name}, tensor } from 'toeplitz';`,
    '',
    `const layer = ${layer.name}({ ${attributes.join(', ')} });`,
    tensorCode('x', x),
    ...(weight ? [tensorCode('weight', weight)] : []),
    ...(bias ? [tensorCode('bias', bias)] : []),
    `console.log(layer.forward(x, {${params ? ` ${params} ` : ''}}).data);`,
  ].join('\n');
}
