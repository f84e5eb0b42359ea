#!/usr/bin/env node
// The program: a command line and its exit code.

import { commandLine } from './command-line.ts';

commandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
