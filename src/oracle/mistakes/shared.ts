// The mistakes that families of windowed operators share, in the order in which the better of two names comes first.

import type { Mistake, Topic } from '../mistake.ts';
import type { WindowedCase } from '../windows/case.ts';
import type { WindowSetting } from '../windows/setting.ts';

export type WindowMistake = Mistake<WindowedCase, WindowSetting>;

/** A mistake with what it is about. */
export type SharedMistake = WindowMistake & { readonly topic: Topic };
