// Files and directories that appear when they are complete or not at all, and files that are never replaced.

import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { destination } from '../../src/cli/destination.ts';
import { checkFolder, writeFolder } from '../../src/cli/files.ts';
import { readNpz } from '../../src/formats/index.ts';
import { relu } from '../../src/index.ts';
import { readOnnx, writeOnnx } from '../../src/onnx/index.ts';
import { program, quick, toeplitz } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-'));
const at = (name: string): string => join(folder, name);
const text = 'whole';
const bytes = new TextEncoder().encode(text);
const read = (name: string): string => readFileSync(at(name), 'utf8');
const write = async (name: string, content = text): Promise<void> => (await destination(at(name))).write(content);
const pipe = (name: string): void => {
  expect(spawnSync('mkfifo', [at(name)]).status).toBe(0);
};
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  for (const each of readdirSync(folder)) rmSync(at(each), { recursive: true });
});

it('[campaign-vectors] a directory whose files cannot all be written does not appear, and nothing is left behind', async () => {
  const failing = function* () {
    yield { path: 'cases/first', bytes };
    throw new RangeError('the second');
  };
  await expect(writeFolder(at('q'), ['answers'], failing())).rejects.toThrow('the second');
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(at('q'), '');
  await expect(writeFolder(at('q'), [], [{ path: 'first', bytes }])).rejects.toThrow(`cannot write ${at('q')}: `);
  expect(readdirSync(folder)).toEqual(['q']);
  await writeFolder(at('r'), ['answers'], [{ path: 'cases/first', bytes }]);
  expect([read('r/cases/first'), existsSync(at('r/answers'))]).toEqual([text, true]);
  mkdirSync(at('real'));
  symlinkSync('real', at('link'));
  await writeFolder(at('link'), [], [{ path: 'first', bytes }]);
  expect([readlinkSync(at('link')), read('real/first')]).toEqual(['real', text]);
});

it('[cli-files] a place that cannot be written to is refused before there is anything to write, and nothing is left there', async () => {
  mkdirSync(at('taken'));
  writeFileSync(at('file'), '');
  symlinkSync('circle', at('circle'));
  symlinkSync('absent/file', at('nowhere'));
  for (const [name, why] of [
    ['absent/report', 'ENOENT'],
    ['file/report', 'ENOTDIR'],
    ['taken', 'it is a directory'],
    ['report/', 'a file must have a name'],
    ['circle', 'ELOOP'],
    ['nowhere', 'ENOENT'],
    ['x'.repeat(300), 'ENAMETOOLONG'],
  ])
    await expect(destination(at(name)), name).rejects.toThrow(new RegExp(`^cannot write .*: (?!.*\\.part).*${why}`));
  await expect(destination('')).rejects.toThrow('a file must have a name');
  expect(readdirSync(folder).sort()).toEqual(['circle', 'file', 'nowhere', 'taken']);
  await expect(checkFolder(at('file/deep/er'))).rejects.toThrow('ENOTDIR');
  await expect(checkFolder(at('file'))).rejects.toThrow('it is a file');
  await checkFolder(at('a/b/c'));
  expect(existsSync(at('a'))).toBe(false);
  if (process.getuid?.() === 0) return; // who may do everything is refused nothing
  mkdirSync(at('shut'), 0o500);
  writeFileSync(at('read-only'), '', { mode: 0o400 });
  for (const name of ['shut/report', 'read-only']) await expect(destination(at(name))).rejects.toThrow('EACCES');
});

it('[cli-files] a file is replaced when the new one is complete, and keeps its permissions; the old one stays until then', async () => {
  writeFileSync(at('report'), 'old');
  chmodSync(at('report'), 0o604);
  const place = await destination(at('report'));
  expect([read('report'), readdirSync(folder)]).toEqual(['old', ['report']]);
  await place.write(bytes);
  await write('new');
  expect([read('report'), read('new'), statSync(at('report')).mode & 0o777]).toEqual([text, text, 0o604]);
  expect(readdirSync(folder).sort()).toEqual(['new', 'report']);
});

it('[cli-files] a symbolic link stays, and its target is written, even if it does not exist yet', async () => {
  mkdirSync(at('far'));
  writeFileSync(at('far/there'), 'old');
  for (const name of ['there', 'absent']) {
    symlinkSync(`far/${name}`, at(name));
    symlinkSync(name, at(`${name}-twice`));
    await write(`${name}-twice`);
    expect([readlinkSync(at(name)), readlinkSync(at(`${name}-twice`))]).toEqual([`far/${name}`, name]);
    expect(read(`far/${name}`)).toBe(text);
  }
  expect(readdirSync(at('far')).sort()).toEqual(['absent', 'there']);
});

it('[cli-files] a device is written to, and refused where the file is read again', async () => {
  await (await destination('/dev/null')).write(bytes);
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  await expect(destination('/dev/null', true)).rejects.toThrow('it must be a plain file');
  if (existsSync('/dev/full'))
    await expect((await destination('/dev/full')).write(bytes)).rejects.toThrow('cannot write /dev/full: ENOSPC');
});

it('[cli-files] any amount of data is written to a pipe, and a pipe without a reader is refused', async () => {
  pipe('pipe');
  await expect(destination(at('pipe'))).rejects.toThrow('it is a pipe that nobody reads');
  await expect(destination(at('pipe'), true)).rejects.toThrow('it must be a plain file');
  const reader = spawn('sh', ['-c', 'sleep 0.3; exec cat "$0"', at('pipe')]);
  let got = 0;
  reader.stdout.on('data', (chunk) => {
    got += chunk.length;
  });
  const ended = new Promise((resolve) => reader.on('close', resolve));
  await write('pipe', 'x'.repeat(1_000_000));
  expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
  // The pipe is open until the process that writes ends: this one.
  await expect.poll(() => got).toBe(1_000_000);
  reader.kill();
  await ended;
});

it('[cli-files] many writers of one file do not interfere', async () => {
  const places = await Promise.all(Array.from({ length: 20 }, () => destination(at('state'), true)));
  const contents = places.map((_, i) => String(i).repeat(100_000));
  await Promise.all(places.map((place, i) => place.write(contents[i])));
  expect(contents).toContain(read('state'));
  expect(readdirSync(folder)).toEqual(['state']);
});

const id = 'dense/n1c2_u1b0/f32/given/x=1,2;weight=3,4';

it('[cli-files] the standard streams can be named, and a pipe to a program ends with the command', async () => {
  const whole = await quick('explain', id, '--out', at('case'));
  expect(whole).toEqual({ code: 0, out: '', err: '' });
  const { code, out } = await toeplitz('explain', id, '--out', '/dev/stdout');
  expect([code, out]).toEqual([0, readFileSync(at('case'), 'utf8')]);
  pipe('pipe');
  const reader = spawn('cat', [at('pipe')]);
  let got = '';
  reader.stdout.on('data', (chunk) => {
    got += chunk;
  });
  const ended = new Promise((resolve) => reader.on('close', resolve));
  expect((await toeplitz('explain', id, '--out', at('pipe'))).code).toBe(0);
  await ended;
  expect(got).toBe(read('case'));
});

it('[cli-files] every command refuses a place that cannot be written to before it starts its work', async () => {
  const absent = at('absent/file');
  for (const args of [
    ['explain', id, '--out', absent],
    ['train', '--out', absent],
    ['train', '--checkpoint', absent],
    ['train', '--checkpoint', '/dev/null'],
    ['vectors', '--out', absent, '--ops', 'dense', '--cases', '1'],
    ['merge', at('none.json'), '--out', absent],
    ['verify', at('none'), '--out', absent],
    ['check', at('none.mjs'), '--out', absent],
    ['check', at('none.mjs'), '--expected', absent, '--fix'],
    ['show', at('none'), at('none'), '--out', '/dev/null/pictures'],
  ]) {
    const { code, out, err } = await quick(...args);
    expect({ args, code, out }).toEqual({ args, code: 2, out: '' });
    if (args[0] !== 'verify') expect(err, args.join(' ')).toMatch(/cannot write|must be a plain file/);
  }
  const twice = await quick('train', '--out', at('a'), '--checkpoint', join(folder, '.', 'a'));
  expect(twice).toMatchObject({ code: 2, err: expect.stringContaining('must be two files') });
  expect(readdirSync(folder)).toEqual([]);
});

it('[campaign-answers] a pipe or a device in the place of an answer is refused without waiting', async () => {
  const args = ['vectors', '--ops', 'dense', '--cases', '2', '--out', at('questions')];
  expect((await quick(...args)).code).toBe(0);
  const answer = 'questions/answers/dense-0.safetensors';
  for (const put of [() => pipe(answer), () => symlinkSync('/dev/zero', at(answer)), () => mkdirSync(at(answer))]) {
    put();
    const { code, err } = await quick('verify', at('questions'));
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringContaining('dense-0.safetensors must be a plain file [campaign-answers]'),
    });
    rmSync(at(answer), { recursive: true });
  }
});

it('[cli-files] a device is no input, and a pipe none where a file is found and not named', async () => {
  for (const args of [['merge'], ['describe'], ['run']])
    expect(await quick(...args, '/dev/zero')).toMatchObject({
      code: 2,
      err: expect.stringContaining('it is a device'),
    });
  mkdirSync(at('images'));
  pipe('images/a.png');
  const { code, err } = await quick('train', '--images', at('images'));
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('a.png: it must be a plain file') });
});

it('[campaign-answers] a manifest or a report that is nested too deeply is refused with its clause', async () => {
  mkdirSync(at('questions'));
  for (const deep of [100, 3000, 1_000_000]) {
    const text = `{"format":${'['.repeat(deep)}${']'.repeat(deep)}}`;
    for (const file of ['questions/manifest.json', 'report.json']) writeFileSync(at(file), text);
    const why = 'must be nested at most 64 deep, and is deeper at character 73';
    const verify = await quick('verify', at('questions'));
    expect(verify).toMatchObject({ code: 2, err: expect.stringContaining(`${why} [campaign-answers]`) });
    const merge = await quick('merge', at('report.json'));
    expect(merge).toMatchObject({ code: 2, err: expect.stringContaining(`${why} [campaign-reporter]`) });
  }
});

it('[cli-files] - is standard output, beside which nothing else is written, and neither a directory nor a file to read again', async () => {
  const model = at('relu.onnx');
  writeFileSync(model, writeOnnx(relu(), [1, 2], {}));
  const stdout = (...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], { cwd: folder, maxBuffer: 1 << 26 });
  expect(readNpz(stdout('run', model, '--out', '-').stdout)).toHaveProperty('y');
  expect(readOnnx(stdout('expose', model, '--out', '-').stdout).nodes).toHaveLength(1);
  expect(stdout('init-adapter', '--lang', 'js', '-').stdout.toString()).toMatch(/^\/\/ /);
  for (const args of [
    ['vectors', '--out', '-'],
    ['expose', model, '--parts', '1', '--out', '-'],
    ['train', '--checkpoint', '-'],
  ]) {
    const { status, stderr } = stdout(...args);
    expect([status, stderr.toString()]).toEqual([2, expect.stringContaining('cannot write -: ')]);
  }
  expect(readdirSync(folder)).toEqual(['relu.onnx']);
});

it('[cli-files] a command that is interrupted leaves no part of a directory, and writes nothing while it ends', async () => {
  // What a thread was still writing would be made anew after the command removed it.
  const telling =
    "process.on('exit', () => console.log(process.getActiveResourcesInfo().filter((name) => /^FSReq/.test(name))))";
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(telling)}`];
  const child = spawn(process.execPath, [...preload, program, 'vectors', '--cases', '5000', '--out', at('q')]);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
  await expect.poll(() => readdirSync(folder).length, { timeout: 60_000 }).toBe(1);
  child.kill('SIGINT');
  expect([await ended, readdirSync(folder), said]).toEqual([130, [], '[]\n']);
});

it('[cli-files] a file is written whole before a signal can end the command', async () => {
  writeFileSync(at('y'), 'old');
  const place = await destination(at('y'));
  const writing = place.write(new Uint8Array(2 ** 24));
  expect(readdirSync(folder).map((name) => statSync(at(name)).size)).toEqual([2 ** 24, 3]);
  await writing;
  expect(statSync(at('y')).size).toBe(2 ** 24);
});

it('[cli-files] a command whose reader has gone ends quietly', async () => {
  const unread = spawn(process.execPath, [program, '--help']);
  unread.stdout.destroy();
  let said = '';
  unread.stderr.on('data', (chunk) => {
    said += chunk;
  });
  expect([await new Promise((resolve) => unread.on('close', resolve)), said]).toEqual([141, '']);
});
