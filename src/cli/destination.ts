// The place where a command writes a file: found and tested before the work begins, then written completely. Spec
// cli-files.
//
//   a plain file, or none yet    replaced by a new file from the same folder; a symbolic link stays, its target is written
//   a device, a pipe             written through, never replaced
//   standard output and error    by their names under /dev; - is standard output

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { access, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { onEnd, signalsObeyed } from './on-end.ts';
import { codeOf, FileError, orRefused } from './usage.ts';

export interface Destination {
  /** The file itself, after following links. */
  readonly path: string;
  /** Standard output; whatever else a command says goes to standard error then. */
  readonly isOutput?: true;
  write(content: Uint8Array | string): Promise<void>;
}

/** Names of the standard streams, and their numbers. */
const STREAM = /^\/(?:dev\/fd|proc\/self\/fd)\/([12])$/;
const streams: Readonly<Record<string, number>> = { '/dev/stdout': 1, '/dev/stderr': 2 };

/** After how long a named pipe without a reader is refused, and how often it is tried, in milliseconds. */
const [PATIENCE, PAUSE] = [2000, 20];

/** How many symbolic links are followed in sequence, as in Linux. */
const LINKS = 40;

/**
 * A place for a file, or an error before there is anything to write: a missing folder, no permission, a folder, a pipe
 * that nobody reads. With `isPlain`, for files that are read again, only a plain file is accepted.
 */
export async function destination(file: string, isPlain = false): Promise<Destination> {
  return orRefused(`cannot write ${file}`, async () => {
    if (file === '' || /[/\\]$/.test(file) || file.endsWith(sep)) throw new FileError('a file must have a name');
    if (file === '-' && isPlain) throw new FileError('it must be a plain file, and - is standard output');
    const name = file === '-' ? '/dev/stdout' : file;
    const stream = Number(streams[name] ?? STREAM.exec(name)?.[1]);
    if (stream > 0 && !isPlain) return { ...through(name, stream), ...(stream === 1 && { isOutput: true }) };
    const present = await stat(file).catch((error) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    if (present === undefined) return replacement(file, await target(file), undefined);
    if (present.isDirectory()) throw new FileError('it is a directory');
    if (present.isFile()) {
      await access(file, constants.W_OK);
      return replacement(file, await realpath(file), present.mode & 0o777);
    }
    if (isPlain) throw new FileError('it must be a plain file');
    if (present.isFIFO()) {
      const pipe = await readBySomebody(file);
      return through(file, pipe);
    }
    if (!present.isCharacterDevice()) throw new FileError('it is neither a file nor a device or pipe');
    const device = openSync(file, constants.O_WRONLY);
    return through(file, device);
  });
}

/** Where a command writes messages, which are no part of its file. */
export const besides = (place: Destination | undefined): NodeJS.WriteStream =>
  place?.isOutput ? process.stderr : process.stdout;

/** Where a file that does not exist yet would be, following links without a target. */
async function target(file: string): Promise<string> {
  let path = resolve(file);
  for (let i = 0; i < LINKS; i++) {
    const next = await readlink(path).catch((error) => {
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EINVAL') throw error; // not a link
    });
    if (next === undefined) return path;
    path = resolve(dirname(path), next);
  }
  throw new FileError(`more than ${LINKS} links follow one another`);
}

/**
 * A pipe opened for writing, which the system allows only if somebody reads it. It stays open, because closing it would
 * end the reader's input.
 */
async function readBySomebody(file: string): Promise<number> {
  for (const end = performance.now() + PATIENCE; ; await setTimeout(PAUSE)) {
    try {
      return openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) !== 'ENXIO') throw error;
      if (performance.now() > end) throw new FileError('it is a pipe that nobody reads');
    }
  }
}

const through = (file: string, descriptor: number): Destination => ({
  path: file,
  write: (content) =>
    orRefused(`cannot write ${file}`, async () => {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length; ) {
        try {
          at += writeSync(descriptor, bytes, at);
        } catch (error) {
          if (codeOf(error) !== 'EAGAIN') throw error;
          await setTimeout(PAUSE); // a full pipe
        }
      }
    }),
});

/** A unique name, so that several writers of one file do not interfere. */
const partOf = (path: string): string =>
  join(dirname(path), `.toeplitz-${process.pid}-${randomBytes(6).toString('hex')}.part`);

/** An error of the system about the temporary file, said of the one that it stands for. */
function ofFile(error: unknown, part: string, path: string): unknown {
  if (codeOf(error) === 'ENOENT' && !existsSync(dirname(path)))
    return new FileError(`ENOENT: there is no folder ${dirname(path)}`);
  const { message } = error as Error;
  return message?.includes(part)
    ? Object.assign(new Error(message.replaceAll(part, path)), { code: codeOf(error) })
    : error;
}

/** Writes a new file, then replaces the old one, which stays complete until then. */
async function replacement(file: string, path: string, mode: number | undefined): Promise<Destination> {
  const create = async (content: Uint8Array | string, then: (part: string) => void): Promise<void> => {
    const part = partOf(path);
    const remove = (): void => rmSync(part, { force: true });
    const done = onEnd(remove);
    try {
      fill(part, content);
      await signalsObeyed();
      then(part);
    } catch (error) {
      throw ofFile(error, part, path);
    } finally {
      remove();
      await signalsObeyed();
      done();
    }
  };
  const fill = (part: string, content: Uint8Array | string): void => {
    const file = openSync(part, 'wx', mode ?? 0o666);
    try {
      writeFileSync(file, content);
      if (mode !== undefined) fchmodSync(file, mode); // whatever the process masks
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  };
  await create('', () => {}); // whether it can be done
  return {
    path,
    write: (content) => orRefused(`cannot write ${file}`, () => create(content, (part) => renameSync(part, path))),
  };
}
