// This browser's certificate: the digests that it computes beside those of the repository.

import { signal } from '@preact/signals';
import digests from '../../../test/certify/digests.json' with { type: 'json' };
import { type Running, startJob } from '../jobs/start.ts';
import { Scrolled } from '../view/scrolled.tsx';

/** Of every digest the first digits, which are compared and shown: two in 2⁶⁴ have the same. */
const DIGITS = 16;
const shown = (digest: string): string => digest.slice(0, DIGITS);

const expected: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(digests).map(([name, digest]) => [name, shown(digest)]),
);
const computed = signal<Readonly<Record<string, string>>>({});
const host = signal<string | undefined>(undefined);
const state = signal<'idle' | 'running' | 'done'>('idle');
const problem = signal<string | undefined>(undefined);
let running: Running | undefined;

function start(): void {
  running?.end();
  computed.value = {};
  host.value = problem.value = undefined;
  state.value = 'running';
  running = startJob(
    'certify',
    {},
    {
      message(message) {
        if ('runs' in message)
          host.value =
            message.runs === 'kernels'
              ? 'the SIMD kernels'
              : `the plain loops, because ${message.reason ?? 'the host chose them'}`;
        else computed.value = { ...computed.value, [message.family]: shown(message.digest) };
      },
      error(text) {
        problem.value = text;
        state.value = 'idle';
      },
      done() {
        state.value = 'done';
      },
    },
  );
}

export function CertificatePanel() {
  const found = computed.value;
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
  const equal = names.filter((name) => found[name] === expected[name]).length;
  const isDone = state.value === 'done';
  return (
    <>
      <p>
        Every operator runs here on awkward values, forwards and backwards. The first digits of the SHA-256 of all
        results, to the last bit, stand beside those in the repository, which Node, other browsers and other processors
        have given too.
      </p>
      <p>
        <button type="button" class="play" disabled={state.value === 'running'} onClick={start}>
          {state.value === 'running' ? 'Computing …' : 'Compute the digests here'}
        </button>
      </p>
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      <p role="status">
        {isDone &&
          (equal === names.length
            ? `✓ All ${names.length} digests are those of the repository. `
            : `✗ ${names.length - equal} of ${names.length} digests differ. `)}
        {host.value && `This browser runs ${host.value}.`}
      </p>
      <p class="hint unbroken">{navigator.userAgent}</p>
      <Scrolled label="Digests">
        <table class="digests">
          <thead>
            <tr>
              <th scope="col">Operators</th>
              <th scope="col">Here</th>
              <th scope="col">In the repository</th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  {found[name] === undefined ? (
                    '—'
                  ) : (
                    <>
                      {found[name] === expected[name] ? '✓' : '✗'} <code>{found[name]}…</code>
                    </>
                  )}
                </td>
                <td>
                  <code>{expected[name] ?? 'none'}…</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </>
  );
}
