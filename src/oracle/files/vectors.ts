// A campaign as files, for programs that run anywhere. Spec campaign-vectors.
//
//   manifest.json                   numerics, seed, dialect, layout, traits; of every question name, case id, operator, attributes
//   cases/conv2d-017.safetensors    x, weight, bias (dy); expected.y ± bound.y, in float64
//   answers/conv2d-017.safetensors  y, put there by the program: answers.ts judges it

import { writeSafetensors } from '../../formats/safetensors.ts';
import { toUtf8 } from '../../formats/utf8.ts';
import type { Attributes } from '../../layer/layer.ts';
import { NUMERICS } from '../../numerics.ts';
import { callOf } from '../ask/ask.ts';
import type { Case } from '../case.ts';
import { caseId } from '../cases/id.ts';
import { planCampaign } from '../cases/plan-campaign.ts';
import type { Complete, Questions, Shard } from '../cases/questions.ts';
import type { DialectName, Layout } from '../dialect.ts';
import type { Traits } from '../engine.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { tensorsOf } from '../explain.ts';
import { VERSION } from '../report/version.ts';

/** Changes whenever a reader of older manifests would misread a newer one. */
export const FORMAT = 'toeplitz vectors 1';

/** One question; its tensors are in `cases/NAME.safetensors`, its answer belongs in `answers/NAME.safetensors`. */
export interface Question {
  readonly name: string;
  readonly id: string;
  readonly op: string;
  readonly gradient: boolean;
  readonly attributes: Attributes;
}

export interface Manifest {
  readonly format: typeof FORMAT;
  /** Of this library. */
  readonly version: string;
  /** Which bits the library gave that made the exact results. Spec numerics-version. */
  readonly numerics: number;
  readonly seed: number;
  /** Cases per operator, as asked for. */
  readonly cases: number;
  readonly ops?: readonly string[];
  readonly shard?: Shard;
  readonly dialect: DialectName;
  readonly layout: Required<Layout>;
  readonly traits: Traits;
  readonly questions: readonly Question[];
}

/** What the program is, as far as the questions depend on it. */
export type Asked = Pick<EngineUnderTest, 'ops' | 'gradients' | 'dialect' | 'layout' | 'traits'>;

export interface File {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The files of a campaign, the manifest last. */
export const vectors = (asked: Asked, settings: Complete): Generator<File> =>
  filesOf(asked, settings, planCampaign(asked, settings));

/** The files of these questions, the manifest last. */
export function* filesOf(asked: Asked, settings: Complete, plan: readonly Questions[]): Generator<File> {
  const questions: Question[] = [];
  for (const each of plan) {
    for (const [i, c] of firstOf(each).entries()) {
      const { attributes } = callOf(asked, c);
      const name = `${each.op}${each.gradient ? '-gradient' : ''}-${String(i).padStart(String(settings.cases).length, '0')}`;
      questions.push({ name, id: caseId(c), op: each.op, gradient: each.gradient, attributes });
      yield { path: `cases/${name}.safetensors`, bytes: writeSafetensors(tensorsOf(asked, c)) };
    }
  }
  const { dialect = 'toeplitz', layout, traits } = asked;
  const { seed, cases, ops, shard } = settings;
  const rest = { seed, cases, ...(ops && { ops }), ...(shard && { shard }), dialect, layout, traits, questions };
  const manifest: Manifest = { format: FORMAT, version: VERSION, numerics: NUMERICS, ...rest };
  yield { path: 'manifest.json', bytes: toUtf8(`${JSON.stringify(manifest, null, 2)}\n`) };
}

/** Nothing is replaced here: what a program will skip is not known. */
function firstOf({ cases, quota }: Questions): Case[] {
  const found = new Map<string, Case>();
  for (const c of cases) {
    if (found.size === quota) break;
    found.set(caseId(c), c);
  }
  return [...found.values()];
}
