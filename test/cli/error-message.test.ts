// The error message that is kept from the standard error of an engine that ended.

import { describe, expect, it } from 'vitest';
import { errorMessage } from '../../src/cli/error-message.ts';

describe('the error message of an engine', () => {
  it.each([
    [
      'Node',
      `file:///engine.mjs:125
  setTimeout(() => { throw new Error('late boom'); }, 0);
                     ^

Error: late boom
    at Timeout._onTimeout (file:///engine.mjs:125:75)
    at listOnTimeout (node:internal/timers:581:17)
    at process.processTimers (node:internal/timers:519:7)

Node.js v20.20.2
`,
      'Error: late boom / at Timeout._onTimeout (file:///engine.mjs:125:75)',
    ],
    [
      'Python',
      `Traceback (most recent call last):
  File "/engine.py", line 51, in <module>
    raise ValueError('boom')
ValueError: boom
`,
      'ValueError: boom',
    ],
    [
      'Rust',
      `thread 'main' panicked at src/main.rs:3:5:
index out of bounds: the len is 3 but the index is 7
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace
`,
      "thread 'main' panicked at src/main.rs:3:5: / index out of bounds: the len is 3 but the index is 7",
    ],
    [
      'C++',
      `loading
terminate called after throwing an instance of 'std::out_of_range'
  what():  vector::_M_range_check
`,
      "terminate called after throwing an instance of 'std::out_of_range' / what():  vector::_M_range_check",
    ],
    ['anything', 'one\ntwo\n\nthree\nfour\n', 'two / three / four'],
    ['nothing', '\n', ''],
  ])('[oracle-protocol] are its message, of %s', (_, said, words) => {
    expect(errorMessage(said)).toBe(words);
  });
});
