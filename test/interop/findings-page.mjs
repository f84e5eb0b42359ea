// FINDINGS.md from reports, and from what was checked by hand about each finding (checked.json).

/** What is said about a finding: of the entries for its engine and operator the first whose `cause` is part of its words. */
function remarkOn(checked, name, op, words) {
  const own = checked[name] ?? [];
  const entries = typeof own === 'string' ? checked[own] : own; // the same as of another
  return entries.find(
    (each) =>
      (each.ops === undefined || each.ops.includes(op)) && (each.cause === undefined || words.includes(each.cause)),
  );
}

const tally = ([fails, asked]) => `${fails} of ${asked}`;

/** The words that describe a finding. */
function wordsOf({ where, instead, mistake, verdict, dialects, layout, profile }) {
  return [
    ...(where
      ? [
          `Where: ${where.text}: fails in ${tally(where.inside)} such cases and in ${tally(where.outside)} others${where.fresh ? `, and in ${tally(where.fresh.inside)} and ${tally(where.fresh.outside)} new ones` : ''}.`,
        ]
      : []),
    ...(instead ? [`Computes instead: ${instead.text}${instead.confirmed ? ' (confirmed on new tensors)' : ''}.`] : []),
    ...(mistake ? [`Behaves as if ${mistake}.`] : []),
    ...(dialects ? [`This is the rule of ${dialects.join(', ')}.`] : []),
    ...(layout ? [`Right with the layout ${JSON.stringify(layout)}.`] : []),
    ...(profile ? [`Inside the bound of ${JSON.stringify(profile)}.`] : []),
    `${verdict.message}.`,
  ];
}

/** All that is said of a finding, for `cause` to be looked for. */
const saidOf = (finding) =>
  [...wordsOf(finding), finding.verdict.first ? element(finding.verdict.first, finding.verdict.first.index) : ''].join(
    '\n',
  );

const element = ({ expected, got }, place) => `First at [${place.join(', ')}]: expected ${expected}, got ${got}.`;

/** A finding, and the other operators in which the same is found. */
function paragraph({ op, finding, remark, others }, language) {
  const { first } = finding.verdict;
  const literal = finding.literal[language] ?? finding.literal.typescript;
  return [
    `### ${remark?.title ?? `${op}: ${finding.verdict.kind}`}`,
    '',
    remark ? `**${remark.is}.** ${remark.about}` : '*Not yet checked by hand.*',
    '',
    `In ${countIn(op, finding)}${others.map((each) => `, ${countIn(each.op, each.finding)}`).join('')}. In ${op}:`,
    '',
    ...wordsOf(finding).map((line) => `- ${line}`),
    ...(first ? [`- ${element(first, finding.inEngine?.first ?? first.index)}`] : []),
    '',
    `\`\`\`${language === 'python' ? 'python' : 'js'}`,
    literal,
    '```',
    '',
    `\`${finding.id}\``,
    '',
  ];
}

const countIn = (op, { cases }) => `${op} (${cases.length} ${cases.length === 1 ? 'case' : 'cases'})`;

/** The findings of an engine, those of one cause together. */
function grouped(name, operators, checked) {
  const groups = [];
  for (const { op, findings } of operators)
    for (const finding of findings) {
      const remark = remarkOn(checked, name, op, saidOf(finding));
      const group = remark && groups.find((each) => each.remark?.title === remark.title);
      if (group) group.others.push({ op, finding });
      else groups.push({ op, finding, remark, others: [] });
    }
  return groups;
}

const isOffered = ({ status }) => status !== 'not offered' && status !== 'not known';

function section([name, report], checked) {
  const { engine, operators } = report;
  const offered = operators.filter(isOffered);
  const asked = offered.reduce((sum, { cases }) => sum + cases, 0);
  const failing = offered.filter(({ findings }) => findings.length > 0);
  const clean = offered.filter(({ findings }) => findings.length === 0);
  const namesOf = (list) => list.map(({ op }) => op).join(', ');
  const [right, short] = [true, false].map((isAnswered) =>
    clean.filter(({ status }) => (status === 'pass') === isAnswered),
  );
  return [
    `## ${engine.name} ${engine.version ?? ''}`.trimEnd(),
    '',
    `\`npm run interop ${name}\`: ${asked} cases of ${offered.length} operators and gradients, by the rules of the dialect ${engine.dialect}, seed ${report.seed}.`,
    ...(right.length > 0 ? [`Nothing found in ${namesOf(right)}.`] : []),
    ...(short.length > 0 ? [`Too few cases were answered to say anything of ${namesOf(short)}.`] : []),
    '',
    ...grouped(name, failing, checked).flatMap((each) => paragraph(each, engine.language)),
  ];
}

/** A row for each engine: how many findings of each kind. */
function summary(reports, checked) {
  const kinds = ['defect', 'convention', 'documented limit'];
  const rows = reports.map(([name, { engine, operators }]) => {
    const remarks = grouped(name, operators, checked).map(({ remark }) => remark?.is ?? 'not checked');
    const count = (kind) => remarks.filter((each) => each === kind).length || '';
    return `| ${engine.name} | ${engine.version ?? ''} | ${[...kinds, 'not checked'].map(count).join(' | ')} |`;
  });
  return [
    '| engine | version | defects | conventions | documented limits | not checked |',
    '|---|---|---|---|---|---|',
    ...rows,
  ];
}

export function findingsPage(reports, checked) {
  return [
    '# Findings in published engines',
    '',
    '`npm run interop` in the root of the repository writes this page from its own output, and from `checked.json`, which says of each',
    'finding what was seen when its smallest case was computed by hand. A *defect* is a result that contradicts the documentation of',
    'the engine or mathematics, a *convention* one that its documentation leaves open or settles otherwise, a *documented limit* a',
    'case that the engine refuses or says that it does not support. One cause may be found in several operators.',
    '',
    ...summary(reports, checked),
    '',
    ...reports.flatMap((each) => section(each, checked)),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}
