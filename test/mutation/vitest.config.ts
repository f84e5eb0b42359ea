// The tests that a room's mutants meet, named by the environment and in that order; fast-check draws the same values every time.

import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import base from '../vitest.config.ts';

const tests = (process.env.TOEPLITZ_TESTS ?? '').split(' ').filter(Boolean);
const place = ({ moduleId }: TestSpecification) => tests.indexOf(relative('test', moduleId));

/** Tests in the given order. */
class InOrder {
  sort = (files: TestSpecification[]) => files.toSorted((a, b) => place(a) - place(b));
  shard = (files: TestSpecification[]) => files;
}

const [alone, shared] = base.test!.projects as {
  test: { include: string[]; exclude: string[]; setupFiles: string[] };
}[];
const matches = (file: string) =>
  alone.test.include.some((pattern) =>
    new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(file),
  );
const only = (project: typeof alone, include: string[]) => ({
  test: {
    ...project.test,
    include: include.length > 0 ? include : ['none'],
    setupFiles: [...project.test.setupFiles, 'test/mutation/seed.ts'],
    ...(process.env.TOEPLITZ_MUTANTS && { runner: 'test/mutation/runner.mjs' }),
  },
});

export default defineConfig({
  test: {
    bail: process.env.TOEPLITZ_MUTANTS ? 0 : 1,
    maxWorkers: 1,
    fileParallelism: false,
    passWithNoTests: true,
    sequence: { sequencer: InOrder },
    projects: [
      only(alone, tests.filter(matches)),
      only(
        shared,
        tests.filter((file) => !matches(file)),
      ),
    ],
  },
});
