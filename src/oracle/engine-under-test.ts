// An engine as the campaign sees it, in this process or another, and what may come of a call.

import type { Requirement } from './ask/requirements.ts';
import type { Case } from './case.ts';
import type { LanguageName } from './cases/languages.ts';
import type { DialectName, Layout } from './dialect.ts';
import type { Call, GradientCall, Traits } from './engine.ts';

export type VerdictKind =
  | 'pass'
  | 'suspect'
  | 'fail'
  | 'wrong-shape'
  | 'wrong-type'
  | 'wrong-dialect'
  | 'wrong-layout'
  | 'wrong-profile'
  | 'changed-inputs'
  | 'aliased'
  | 'stale'
  | 'unstable'
  | 'error'
  | 'timeout'
  | 'crash'
  | 'missing'
  | 'should-reject'
  | 'skip';

export const isFailure = (kind: VerdictKind): boolean => kind !== 'pass' && kind !== 'suspect' && kind !== 'skip';

/** What came of one call: a result of any kind, or a finding about the call itself. */
export type Answer =
  | { readonly kind: 'result'; readonly value: unknown }
  | {
      readonly kind: Exclude<VerdictKind, 'pass' | 'suspect' | 'fail' | 'wrong-shape'>;
      readonly message: string;
    };

export interface EngineUnderTest {
  readonly name: string;
  readonly version?: string;
  readonly dialect?: DialectName;
  readonly layout: Required<Layout>;
  readonly traits: Traits;
  /** What it requires of a case; other cases are not asked. Spec oracle-requires. */
  readonly requires?: readonly Requirement[];
  /** `'numbers'`: no padding comes as a word. Spec oracle-engine. */
  readonly same?: 'numbers';
  /** In which smallest cases are shown. */
  readonly language?: LanguageName;
  readonly ops: readonly string[];
  readonly gradients: readonly string[];
  /** Operators that it offers and the oracle does not know, as a report shows them. */
  readonly unknown?: readonly string[];
  /** Never rejects: whatever the engine does is an answer. The case is for those who look the answer up. */
  run(call: Call | GradientCall, c?: Case): Promise<Answer>;
  /** The same without what watches over the call, where that takes further calls. Spec oracle-probes. */
  once?(call: Call | GradientCall, c?: Case): Promise<Answer>;
  /** Several questions at once, where that is faster; their answers in the same order. */
  runAll?(questions: readonly (readonly [call: Call | GradientCall, c?: Case])[]): Promise<readonly Answer[]>;
  /** Forgets all earlier calls, where that can be done: the process ends, and the next call starts another. */
  restart?(): Promise<void>;
}
