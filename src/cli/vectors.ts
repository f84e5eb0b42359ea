// toeplitz vectors: a campaign as files, for programs that cannot be started from here.

import { parseArgs } from 'node:util';
import { readTraits } from '../oracle/ask/traits.ts';
import { readSettings as complete } from '../oracle/cases/plan-campaign.ts';
import { dialectNames } from '../oracle/dialect.ts';
import { dialects, readDialect } from '../oracle/dialects/dialects.ts';
import { readLayout } from '../oracle/dialects/layout.ts';
import { basicOperators } from '../oracle/families/index.ts';
import { vectors } from '../oracle/files/vectors.ts';
import { layoutOf, readSettings, settingsHelp, settingsOptions, speechOptions } from './campaign-options.ts';
import { checkNewFolder, writeFolder } from './files.ts';
import { EXIT, UsageError } from './usage.ts';

export const help = `toeplitz vectors --out DIR [options]

Writes the questions of a campaign: DIR/manifest.json says them, and
DIR/cases/NAME.safetensors holds the tensors of each with its exact results
(expected.y ± bound.y). Any program, on any machine, puts its answers into
DIR/answers/NAME.safetensors; toeplitz verify DIR judges them.

  --out DIR       a directory that is new or empty; it appears when it is complete
  --ops a,b       operators; default: ${basicOperators.slice(0, 2).join(', ')},
                  ${basicOperators.slice(2).join(', ')}
  --gradients     their gradients too
${settingsHelp}
  --dialect D     whose words and rules the program follows (toeplitz), see
                  spec/dialects.md: ${dialectNames.slice(1).join(', ')}
  --layout X,W,D  how it has x, weights and depthwise weights (those of the dialect);
                  others by name, such as dense=IO,grouped=GOIHW,transposed=IOHW
  --traits T=V,…  see spec/oracle.md, oracle-traits

Exit code: 0, or 2 for invalid usage.

In Python:

  import json, numpy, pathlib, sys

  def read(file):
      data = file.read_bytes()
      start = 8 + int.from_bytes(data[:8], 'little')
      types, tensors = {'F32': '<f4', 'F64': '<f8'}, {}
      for name, t in json.loads(data[8:start]).items():
          first, last = (start + each for each in t['data_offsets'])
          tensors[name] = numpy.frombuffer(data[first:last], types[t['dtype']]).reshape(t['shape'])
      return tensors

  def write(file, tensors, **said):                      # said: skip='why' or error='what'
      header, data = {'__metadata__': said}, b''
      for name, t in tensors.items():
          more = t.astype('<f4').tobytes()
          header[name] = {'dtype': 'F32', 'shape': t.shape, 'data_offsets': [len(data), len(data) + len(more)]}
          data += more
      text = json.dumps(header).encode()
      file.write_bytes(len(text).to_bytes(8, 'little') + text + data)

  folder = pathlib.Path(sys.argv[1])
  for question in json.loads((folder / 'manifest.json').read_text())['questions']:
      t = read(folder / 'cases' / (question['name'] + '.safetensors'))
      answer = folder / 'answers' / (question['name'] + '.safetensors')
      if question['attributes']['groups'] > 1:
          write(answer, {}, skip='no groups')
      else:
          write(answer, {'y': my_conv2d(t['x'], t['weight'], t.get('bias'), **question['attributes'])})
`;

const options = {
  ...settingsOptions,
  out: { type: 'string' },
  gradients: { type: 'boolean', default: false },
  ...speechOptions,
  traits: { type: 'string' },
} as const;

/** Runs the command; gives the exit code. Spec campaign-vectors. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (positionals.length > 0) throw new UsageError(`vectors: there is nothing to name, got '${positionals[0]}'`);
  const { out } = values;
  if (out === undefined) throw new UsageError('vectors: --out DIR is missing');
  const settings = complete(readSettings(values));
  const ops = settings.ops ?? basicOperators;
  const dialect = readDialect(values.dialect, ops);
  const layout = readLayout(layoutOf('vectors', values.layout), dialects[dialect].layout);
  const traits = readTraits(traitsOf(values.traits));
  const asked = { ops, gradients: values.gradients ? ops : [], dialect, layout, traits };
  await checkNewFolder(out);
  let questions = -1; // the manifest is a file too, but no question
  const counted = function* () {
    for (const file of vectors(asked, settings)) {
      questions++;
      yield file;
    }
  };
  await writeFolder(out, ['cases', 'answers'], counted());
  process.stdout.write(`${questions} questions in ${out}\n`);
  return EXIT.clean;
}

const traitsOf = (text: string | undefined): Record<string, string> =>
  Object.fromEntries((text?.split(',') ?? []).map((each) => [...each.split('=', 2), '']));
