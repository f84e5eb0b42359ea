// Text from outside: it controls nothing, and it stays short.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpecError, show } from '../src/errors.ts';
import { checkEngine, type Reporter, render } from '../src/oracle/index.ts';
import { plainReport } from '../src/oracle/report/plain-report.ts';
import { plainLines } from '../src/plain-lines.ts';
import { plain } from '../src/plain-text.ts';

test('[campaign-plain] characters that would control a terminal or a log are escaped', () => {
  expect(plain('\u001b]0;title\u0007 \r\n\t\u0000\u007f\u009b2J')).toBe(
    '\\x1b]0;title\\x07 \\r\\n\\t\\x00\\x7f\\x9b2J',
  );
  expect(plain('a\u202eb\u2066\u200b\u2028\ufeff\ud800\u{e0041}')).toBe(
    'a\\u202eb\\u2066\\u200b\\u2028\\ufeff\\ud800\\u{e0041}',
  );
  expect(plain('Größe 3×3 – 畳み込み 🙂 \\x1b')).toBe('Größe 3×3 – 畳み込み 🙂 \\x1b');
  expect(plainLines('a\u001b\nb\r\n')).toBe('a\\x1b\nb\\r\n');
});

test('[campaign-plain] of any text: no character controls anything, it is short, and plain text does not change', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 1, max: 200 }), (text, most) => {
      const shown = plain(text, most);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(shown.length).toBeLessThanOrEqual(most + 40);
      expect(plain(shown, most)).toBe(shown);
    }),
  );
  expect(plain('x'.repeat(5000))).toBe(`${'x'.repeat(1000)}… (5000 characters)`);
  expect(plain('\u001b'.repeat(5000)).length).toBeLessThan(1041);
});

test('[campaign-plain] values in errors are plain text too', () => {
  expect(show('\u001b[31m')).toBe("'\\x1b[31m'");
  expect(show({ '\u001b': 1 })).toBe('{\\x1b}');
});

test('[campaign-plain] every form of the report is plain text, for any engine', async () => {
  const said = '\u001b[2J\u202e\r\n::error::x\nok 9 - planted\n\ud800';
  let calls = 0;
  const engine = {
    name: `name ${said}`,
    version: said,
    ops: {
      maxPool2d: () => {
        throw new SpecError('numerics-nan', said);
      },
      avgPool2d: () => {
        throw Object.assign(new Error(`${said} ${calls++}`), { name: 'Skip' });
      },
    },
  };
  const raw = await checkEngine(engine, { ops: ['maxPool2d', 'avgPool2d'], cases: 9 });
  const report = plainReport(raw);
  expect(plainReport(report)).toEqual(report);
  expect(Object.keys(report.operators[1].skipped).length).toBe(21);
  expect(report.operators[1].skipped['other reasons']).toBe(9 * 8 - 20);
  for (const form of ['text', 'json', 'junit', 'tap', 'github'] satisfies Reporter[]) {
    const text = render(raw, form);
    expect(text).toBe(render(report, form));
    expect(text).not.toMatch(/[^\n\P{Cc}]|\p{Cf}|\p{Cs}/u);
    expect(text).not.toMatch(/^(::error::x|ok 9 - planted)/m);
  }
});
