// toeplitz init-adapter: writes an adapter for an engine in some language, which passes as it is. Spec campaign-adapter.

import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { EXIT, orRefused, UsageError } from './usage.ts';

/** How the file of each language ends, and how it becomes the engine that `smoke` and `check` take. */
const languages: Readonly<Record<string, { readonly ending: string; readonly steps: (file: string) => Steps }>> = {
  js: { ending: 'mjs', steps: (file) => ({ engine: file }) },
  python: { ending: 'py', steps: (file) => ({ engine: `python3 -- ${file}` }) },
  cpp: {
    ending: 'cpp',
    steps: (file) => ({ build: `c++ -std=c++17 -O2 ${file} -o adapter`, engine: './adapter' }),
  },
  rust: {
    ending: 'rs',
    steps: (file) => ({ build: `rustc --edition 2021 -O ${file} -o adapter`, engine: './adapter' }),
  },
};

interface Steps {
  readonly build?: string;
  readonly engine: string;
}

export const help = `toeplitz init-adapter --lang ${Object.keys(languages).join('|')} [FILE]

Writes an adapter between toeplitz and an engine: one file, without other
libraries (the one in Python needs numpy). Its convolution is naive and right, so
\`toeplitz check\` passes as it is; its comments say where your engine goes and how
operators are added.

  FILE            where to; default: toeplitz-adapter with the ending of the
                  language. A file that is there is never replaced;
                  - is standard output

Exit code: 0, or 2 if the language is not known or the file cannot be written.
`;

/** Runs the command; gives the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { lang: { type: 'string' } },
    allowPositionals: true,
  });
  const { lang = '' } = values;
  if (!Object.hasOwn(languages, lang))
    throw new UsageError(
      `init-adapter: --lang must be one of ${Object.keys(languages).join(', ')}, got '${lang}' [campaign-adapter]`,
    );
  if (positionals.length > 1) throw new UsageError('init-adapter: name one file');
  const { ending, steps } = languages[lang];
  const [file = `toeplitz-adapter.${ending}`] = positionals;
  const text = await readFile(new URL(`skeletons/adapter.${ending}`, import.meta.url), 'utf8');
  if (file === '-') {
    process.stdout.write(text.replaceAll('FILE', `toeplitz-adapter.${ending}`));
    return EXIT.clean;
  }
  await orRefused(`cannot write ${file} [campaign-adapter]`, () =>
    writeFile(file, text.replaceAll('FILE', file), { flag: 'wx', mode: lang === 'python' ? 0o777 : 0o666 }),
  );
  const { build, engine } = steps(/^[./\\]|^\w:/.test(file) ? file : `./${file}`);
  const lines = [...(build ? [build] : []), `npx toeplitz smoke ${engine}`, `npx toeplitz check ${engine}`];
  process.stdout.write(`${file} is written; next:\n\n${lines.map((line) => `  ${line}\n`).join('')}`);
  return EXIT.clean;
}
