// The help text of toeplitz check.

import { operators } from '../oracle/families/index.ts';
import { settingsHelp } from './campaign-options.ts';
import { outputHelp } from './output.ts';

const names = Object.keys(operators);

/** Two columns: the operators, and what their families say of a call. */
const width = Math.max(...names.map((name) => name.length)) + 2;
const calls = Object.entries(operators)
  .flatMap(([name, { inCall }]) => inCall?.split(/\n */).map((line, i) => [i === 0 ? name : '', line]) ?? [])
  .map(([name, line]) => `  ${name.padEnd(width)}${line}`)
  .join('\n');

/** A list in lines of at most 88 characters. */
function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' '))
    if (lines[lines.length - 1].length + word.length < 88) lines[lines.length - 1] += `${word} `;
    else lines.push(`${word} `);
  return lines.map((line) => line.trimEnd()).join('\n');
}

export const help = `toeplitz check FILE.mjs [options]
toeplitz check COMMAND [options] -- ARGUMENTS

Checks an engine against the oracle. FILE.mjs exports the engine as its default;
it runs in a process of its own. COMMAND is any program that speaks the protocol
below on its standard input and output.

  --ops a,b       operators to check; default: all that the engine offers
${settingsHelp}
  --case ID       only this case, as a report names it; may be given more than once
  --jobs N        N processes of the engine share the campaign (1)
  --time S        seconds after which no further case is asked; the operators share them
  --brief         failures are named and reduced only: no further case is asked to find
                  where they occur and what is computed instead
  --timeout S     seconds for one call before the engine is killed (10)
  --strict        results far from the exact one are failures, even inside the bound
${outputHelp}

Exit code: 0 clean, 1 the engine is wrong somewhere, 2 invalid usage, 3 the engine
could not start, 4 nothing is wrong, but too few cases were answered, 130 it was
interrupted; the report tells what was asked until then.

An engine, my-engine.mjs:

  export default {
    name: 'my engine',
    // dialect: 'torch',                        or onnx, tensorflow, webnn, caffe: calls in
    //                                          its attributes and layout, see spec/dialects.md
    // layout: { x: 'NCHW', weight: 'OIHW' },   default: NHWC and HWIO
    //         also grouped: 'GOIHW', transposed: 'IOHW', dense: 'IO', depthwise: 'HWIM'
    // same: 'numbers',                         padding never comes as a word
    // requires: ['groups = 1', 'stride <= size', 'dilation = 1 or stride = 1'],
    //                                          other cases are not asked: oracle-requires
    // language: 'python',                      of the cases that are shown; or cpp, rust
    // traits: { padding: 'multiplied' },       see spec/oracle.md, oracle-traits
    ops: {
      conv2d({ attributes, x, weight, bias }) {
        // if (attributes.groups > 1) throw Object.assign(new Error('no groups'), { name: 'Skip' });
        return { shape: [n, h, w, filters], data: new Float32Array(…) };  // or a promise
      },
    },
    // gradients: { conv2d({ attributes, x, weight, bias, dy }) { return { x, weight, bias }; } },
  };

The contents of a call with x [n, h, w, c], without dialect and layout:

${calls}

1-D and 3-D operators have one or three axes in place of h and w. Operators that are not
listed have no attributes, and x alone. A question about a gradient also has dy, of the
shape of y; the answer has the shapes of x, weight and bias.

The protocol: one line of JSON in each direction, float32 in base64, lowest byte first.
Print to standard error only: the report shows it with the finding.

  → {"cmd":"hello","protocol":1}      ← {"name":"my engine","ops":["dense"]}
  → {"cmd":"run","seq":1,"call":{"op":"dense","attributes":{"units":1,"bias":false},"x":{"shape":[1,2],"data":"AACAPwAAAEA="},"weight":{"shape":[2,1],"data":"AABAQAAAgEA="}}}
  ← {"seq":1,"result":{"shape":[1,1],"data":"AAAwQQ=="}}      or "skip":"why" or "error":"what" for "result"
  → {"cmd":"bye"}                     a call with dy asks for gradients {"x":…,"weight":…,"bias":…}

${wrapped(`The operators: ${names.join(', ')}.`)}
`;
