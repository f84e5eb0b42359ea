// What can be said of a case, in numbers and in yes or no. Spec oracle-where.

/** A number of a case, or one for each spatial axis. `cost` says how plain it is, in bits: the least is the plainest. */
export interface Quantity {
  readonly name: string;
  readonly values: readonly number[];
  readonly cost: number;
  /** The names of the axes, where each has one: `height of x`. */
  readonly each?: readonly string[];
}

/** Something that is so or not, in words for both. */
export interface Fact {
  readonly yes: string;
  readonly no: string;
  readonly holds: boolean;
  readonly cost: number;
}

export interface Properties {
  readonly numbers: ReadonlyMap<string, Quantity>;
  readonly facts: ReadonlyMap<string, Fact>;
}

/** Something that may be said of a case. `cost` says how plain it is, in bits. */
export interface Statement {
  readonly text: string;
  readonly cost: number;
  holds(properties: Properties): boolean;
}
