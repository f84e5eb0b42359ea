// The commands by name: one file per command.

import { VERSION } from '../oracle/report/version.ts';
import { plainLines } from '../plain-lines.ts';
import { EXIT, UsageError } from './usage.ts';

interface Command {
  readonly help: string;
  run(args: readonly string[]): Promise<number>;
}

/** All of them take longer to load than many run, so those of the other kind are left out. */
const engine = (name: keyof typeof import('./engine-commands.ts')) => async (): Promise<Command> =>
  (await import('./engine-commands.ts'))[name];
const model = (name: keyof typeof import('./model-commands.ts')) => async (): Promise<Command> =>
  (await import('./model-commands.ts'))[name];

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  check: engine('check'),
  'init-adapter': engine('initAdapter'),
  smoke: engine('smoke'),
  vectors: engine('vectors'),
  verify: engine('verify'),
  merge: engine('merge'),
  demo: engine('demo'),
  explain: engine('explain'),
  train: model('train'),
  show: model('show'),
  describe: model('describe'),
  run: model('run'),
  expose: model('expose'),
  judge: model('judge'),
  explore: model('explore'),
};

const help = `toeplitz COMMAND

  check FILE.mjs      judge an engine: an adapter in JavaScript, or any program
  init-adapter        write an adapter for an engine in JavaScript, Python, C++ or Rust
  smoke FILE.mjs      say in a second whether an adapter works
  vectors --out DIR   write the questions as files, for programs anywhere
  verify DIR          judge the answers to those questions
  merge REPORT.json…  join the reports of a campaign's shards
  demo                judge this library's own kernels, and an engine with a mistake
  explain CASE        write the tensors of a case id
  train               train LeNet-5 on digits
  show MODEL IMAGE    pictures of what a trained net has learnt
  describe MODEL      shapes, parameters and multiply-adds of a model's nodes
  run MODEL           run a model
  expose MODEL        the same model with its tensors as outputs
  judge MODEL FILE…   judge what an engine gave for them, node by node
  explore             a page in the browser: convolutions, networks, training

  toeplitz COMMAND --help tells more; toeplitz --version. A FILE to write may be
  - for standard output.
`;

async function main([name, ...args]: readonly string[]): Promise<number> {
  const say = (text: string): number => {
    process.stdout.write(text);
    return EXIT.clean;
  };
  if (name === '--version' || name === '-v') return say(`${VERSION}\n`);
  if (name === '--help' || name === '-h') return say(help);
  if (name === undefined) throw new UsageError('name a command');
  if (!Object.hasOwn(commands, name))
    throw new UsageError(`the commands are ${Object.keys(commands).join(', ')}, got '${name}'`);
  const command = await commands[name]();
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  if (own.includes('--help') || own.includes('-h')) return say(command.help);
  return command.run(args);
}

/** A value or a type that a clause refuses; parseArgs throws TypeErrors with such codes for options that it does not know. */
const isUsage = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof Error && 'clause' in error) ||
  String((error as { code?: unknown })?.code).startsWith('ERR_PARSE_ARGS');

/** What to read after an error: the list of commands, or of one command its help. */
const advice = (name = ''): string =>
  Object.hasOwn(commands, name) ? `\`toeplitz ${name} --help\` lists the options.\n` : help;

/** Runs a command line, and gives its exit code; what goes wrong and is no error of usage is thrown. */
export async function commandLine(args: readonly string[]): Promise<number> {
  try {
    return await main(args);
  } catch (error) {
    if (!isUsage(error)) throw error;
    process.stderr.write(`toeplitz: ${plainLines(error.message)}\n\n${advice(args[0])}`);
    return EXIT.usage;
  }
}
