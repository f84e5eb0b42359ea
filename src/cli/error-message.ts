// The error message in what a process wrote to standard error before it ended, without the stack.

/**
 * How the line begins: with the name of the error in JavaScript, Python and Java, with other words in Rust, Go, C and
 * C++.
 */
const message =
  /^(Uncaught |Exception in thread .*)?[\w.]*(Error|Exception)\b|panicked at|^(panic|fatal error|FATAL ERROR):|^terminate called|Assertion .*failed|ERROR: \w*Sanitizer|^Segmentation fault/;

/** Frames of Node itself, marks under a source line, and what runtimes add. */
const noise = /^\s*at .*\bnode:internal\b|^\s*\^+\s*$|^Node\.js v\d|^note: run with|^\s*$/;

/** The last message and the line after it (its place or its text), or otherwise the last three lines. */
export function errorMessage(text: string): string {
  const lines = text.split('\n').filter((line) => !noise.test(line));
  const from = lines.findLastIndex((line) => message.test(line));
  const told = from < 0 ? lines.slice(-3) : lines.slice(from, from + 2);
  return told.map((line) => line.trim()).join(' / ');
}
