// stub
import type { Outcome } from './ask.ts';
export interface Group {
  readonly outcomes: readonly Outcome[];
  readonly mistake?: string;
}
export function diagnose(_outcomes: readonly Outcome[]): Group[] {
  return [];
}
