// A struct of assembly/ as TypeScript knows it: the names of its fields, in the order in which they lie.

/** Those of `floats` are float32, the others whole numbers. */
export interface Struct<Field extends string> {
  readonly fields: readonly Field[];
  readonly floats: readonly Field[];
}

type Words<Text extends string> = Text extends `${infer Word} ${infer Others}` ? Word | Words<Others> : Text;

/** A struct of the fields whose names stand in a text, which weighs less than a list of them. */
export const struct = <Text extends string>(fields: Text, floats?: string): Struct<Words<Text>> => ({
  fields: fields.split(' ') as Words<Text>[],
  floats: (floats?.split(' ') ?? []) as Words<Text>[],
});
