#!/usr/bin/env node
// The program: a command line, its exit code, and what becomes of standard streams that end.

import { commandLine } from './command-line.ts';
import { codeOf } from './usage.ts';

/** As a program that the signal SIGPIPE ends: whoever reads, such as `head`, has read enough. */
const PIPE_CLOSED = 128 + 13;

for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: unknown) => {
    if (codeOf(error) !== 'EPIPE') throw error;
    process.exit(PIPE_CLOSED);
  });

commandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
