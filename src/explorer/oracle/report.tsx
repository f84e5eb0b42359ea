// A report of a campaign: its table, and each finding with what speaks for it.

import type { Finding } from '../../oracle/findings/finding.ts';
import { inWords } from '../../oracle/report/report.ts';
import { render } from '../../oracle/report/reporters.ts';
import { counted, exact } from '../numbers.ts';
import { download } from '../view/save.tsx';
import { Code, Scrolled } from '../view/scrolled.tsx';
import { chosen, report } from './model.ts';
import { Words } from './words.tsx';

function FindingView({ finding }: { readonly finding: Finding }) {
  const { kind, mistake, cases, verdict, id, evidence, where, instead, dialects, declared } = finding;
  const show = (): void => {
    chosen.set({
      panel: 'case',
      id,
      dialect: 'toeplitz',
      ...(mistake === undefined ? { from: 'typed', answer: '' } : { from: 'mistake', mistake }),
    });
  };
  return (
    <section class="finding">
      <h3>{mistake === undefined ? kind : <Words text={`It behaves as if ${mistake}`} />}</h3>
      <p>
        {counted(cases.length, 'case')}: {verdict.message}.
        {evidence &&
          ` The mistake explains ${evidence.explained} of ${evidence.failures} failures, and ${counted(evidence.passes, 'right answer')} do not contradict it.`}
        {declared && dialects && ` It declares ${declared} and is right by the rules of ${dialects.join(', ')}.`}
        {where && ` The condition of its failures: ${where.text}.`}
        {instead && ` It computes instead: ${instead.text}.`}
      </p>
      {verdict.first && (
        <p>
          First wrong element, at [{verdict.first.index.join(', ')}]: {exact(verdict.first.expected)} is right, and it
          gave {exact(verdict.first.got)}.
        </p>
      )}
      {instead?.products && (
        <Scrolled label="Products that differ">
          <table>
            <thead>
              <tr>
                <th scope="col">Output</th>
                <th scope="col">Cell of x</th>
                <th scope="col">Tap</th>
                <th scope="col">Should count</th>
                <th scope="col">Counts</th>
              </tr>
            </thead>
            <tbody>
              {instead.products.map(({ output, cell, tap, expected, got }, i) => (
                <tr key={i}>
                  <th scope="row">{output.join(', ')}</th>
                  <td>{cell?.join(', ') ?? 'bias'}</td>
                  <td>{tap?.join(', ') ?? '—'}</td>
                  <td>{exact(expected)}</td>
                  <td>{exact(got)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      )}
      <p>
        <button type="button" onClick={show}>
          Show the smallest case
        </button>{' '}
        <code>{id}</code>
      </p>
    </section>
  );
}

export function ReportPanel() {
  const shown = report.value;
  if (!shown)
    return (
      <p>
        Open or drop a report, as <code>npx toeplitz check ./my-engine.mjs --reporter json --out report.json</code>{' '}
        writes it. It stays in this browser.
      </p>
    );
  const { engine, seed, cases, operators, clean } = shown;
  return (
    <>
      <h2>
        {engine.name} {engine.version}
      </h2>
      <p>
        <strong>{clean ? '✓ clean' : '✗ not clean'}</strong>: seed {seed}, {cases} cases per operator, dialect{' '}
        {engine.dialect ?? 'toeplitz'}.
      </p>
      <Scrolled label="Operators">
        <table>
          <thead>
            <tr>
              <th scope="col">Operator</th>
              <th scope="col">Status</th>
              <th scope="col" class="number">
                Cases
              </th>
              <th scope="col" class="number">
                Failures
              </th>
              <th scope="col" class="number">
                Margin
              </th>
            </tr>
          </thead>
          <tbody>
            {operators.map((each) => (
              <tr key={each.op}>
                <th scope="row">{each.op}</th>
                <td>{inWords(each)}</td>
                <td class="number">{each.cases}</td>
                <td class="number">{each.findings.reduce((sum, finding) => sum + finding.cases.length, 0)}</td>
                <td class="number">{each.margin > 0 ? each.margin.toFixed(2) : '—'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      {operators.flatMap(({ op, findings }) =>
        findings.map((finding, i) => <FindingView key={`${op}${i}`} finding={finding} />),
      )}
      <details>
        <summary>The report as text</summary>
        <Code label="The report" text={render(shown)} />
      </details>
      <p>
        <button type="button" onClick={() => download('report.xml', render(shown, 'junit'), 'text/xml')}>
          Save as JUnit
        </button>
      </p>
    </>
  );
}
