// What a process said on standard error before it ended: its message, not the end of a stack.

/** How languages begin the line: JavaScript, Python and Java by the name of the error, Rust, Go, C and C++ by words of their own. */
const message =
  /^(Uncaught |Exception in thread .*)?[\w.]*(Error|Exception)\b|panicked at|^(panic|fatal error|FATAL ERROR):|^terminate called|Assertion .*failed|ERROR: \w*Sanitizer|^Segmentation fault/;

/** Frames of Node itself, marks under a source line, and what runtimes add. */
const noise = /^\s*at .*\bnode:internal\b|^\s*\^+\s*$|^Node\.js v\d|^note: run with|^\s*$/;

/** The last message and the line after it (its place, or its text), or else the last three lines. */
export function errorMessage(text: string): string {
  const lines = text.split('\n').filter((line) => !noise.test(line));
  const from = lines.findLastIndex((line) => message.test(line));
  const told = from < 0 ? lines.slice(-3) : lines.slice(from, from + 2);
  return told.map((line) => line.trim()).join(' / ');
}
