// Every subpath as a program with types uses it.

import { tensor } from 'toeplitz';
import { readSafetensors, type SafetensorsFile } from 'toeplitz/formats';
import { gridPicture } from 'toeplitz/inspect';
import { lenet5 } from 'toeplitz/nets';
import { checkEngine, type Engine, type Report } from 'toeplitz/oracle';
import { laws } from 'toeplitz/testing';
import { digits, fit, sgd } from 'toeplitz/train';

export const engine: Engine = { name: 'mine', ops: { relu: ({ x }) => x } };
export const report: Promise<Report> = checkEngine(engine);
export const file = (bytes: Uint8Array): SafetensorsFile => readSafetensors(bytes);
export const trained = [lenet5(), fit, sgd, digits({ count: 1 }), laws, gridPicture, tensor([1])];
// @ts-expect-error: a count is a number
digits({ count: 'one' });
