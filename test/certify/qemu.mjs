// Node for other processors under Debian's qemu-user: arm64, and s390x, which is big-endian.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { firstOf } from './absent.mjs';

const here = import.meta.dirname;
const run = promisify(execFile);

const processors = {
  arm64: { emulator: 'aarch64', libraries: 'arm64', folder: 'aarch64-linux-gnu' },
  s390x: { emulator: 's390x', libraries: 's390x', folder: 's390x-linux-gnu' },
};

let installed;

/** npm installs packages for another processor only by force. */
function install() {
  installed ??= run('npm', ['install', '--force', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], {
    cwd: join(here, 'qemu'),
  });
  return installed;
}

/** The certificate of Node 20 on another processor. */
export async function certificateOf(processor, script) {
  const { emulator, libraries, folder } = processors[processor];
  const packages = `qemu-user-static libc6-${libraries}-cross libstdc++6-${libraries}-cross`;
  const qemu = firstOf([`/usr/bin/qemu-${emulator}-static`], packages);
  const system = firstOf([`/usr/${folder}`], packages);
  await install();
  const node = join(here, 'qemu', 'node_modules', `node-linux-${processor}`, 'bin', 'node');
  const { stdout } = await run(qemu, ['-L', system, node, script], { maxBuffer: 1e8 });
  return JSON.parse(stdout);
}
