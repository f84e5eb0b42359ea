// One case: what is asked, what is right, the verdict on an answer, and the two matrices.

import { useMemo } from 'preact/hooks';
import { counted, exact } from '../numbers.ts';
import { pageInk } from '../svg.ts';
import { Picture, Save } from '../view/save.tsx';
import { Code, Scrolled } from '../view/scrolled.tsx';
import { marked } from './marked-matrix.ts';
import { matricesOf } from './matrices.ts';
import { judged, mistake, outputs, question } from './model.ts';
import { OutputPlanes } from './planes.tsx';
import { Words } from './words.tsx';

/** Verdicts in words, with a sign, so that colour is not needed. */
const words: Readonly<Record<string, string>> = {
  pass: '✓ right',
  suspect: '? suspect',
  fail: '✗ wrong',
  'wrong-shape': '✗ wrong shape',
  'wrong-type': '✗ no tensor',
};

function VerdictText() {
  const found = judged.value;
  if (!found) return <p>Give an answer at “The engine’s answer”, and it is judged here.</p>;
  const { verdict, mistakes } = found;
  return (
    <div class="verdict" role="status">
      <p>
        <strong>{words[verdict.kind] ?? verdict.kind}</strong>: {verdict.message}.
        {verdict.kind === 'pass' &&
          verdict.margin > 0 &&
          ` The greatest error is ${exact(Number(verdict.margin.toPrecision(2)))} of what rounding may do.`}
      </p>
      {mistakes.length > 0 && (
        <>
          <p>
            {mistakes.length === 1 ? 'The engine behaves' : 'Several mistakes give exactly this. The engine behaves'} as
            if
          </p>
          <ul>
            {mistakes.slice(0, 6).map((name) => (
              <li key={name}>
                <Words text={name} />.
              </li>
            ))}
          </ul>
          {mistakes.length > 1 && (
            <p class="hint">
              One case cannot tell these apart; a campaign of <code>npx toeplitz check</code> can.
            </p>
          )}
        </>
      )}
    </div>
  );
}

function Matrices() {
  const [asked, name] = [question.value, mistake.value];
  const found = useMemo(() => (name === undefined ? undefined : matricesOf(asked, name)), [asked, name]);
  if (found === undefined) return null;
  if (typeof found === 'string')
    return (
      <>
        <h3>The two matrices</h3>
        <p>{found}</p>
      </>
    );
  const { right, theirs, wrong } = found;
  const all = [
    { of: right, title: `The right matrix, ${right.shape.join(' × ')}`, file: 'matrix-right' },
    { of: theirs, title: `The engine’s matrix, ${theirs.shape.join(' × ')}`, file: 'matrix-engine' },
  ];
  return (
    <>
      <h3>The two matrices</h3>
      <p>
        The operator multiplies the image by the first matrix; an engine that behaves as if <Words text={name ?? ''} />{' '}
        multiplies it by the second.{' '}
        {right.shape.join() === theirs.shape.join()
          ? `${counted(wrong.length, 'element')} ${wrong.length === 1 ? 'differs' : 'differ'} and ${wrong.length === 1 ? 'is' : 'are'} framed in both.`
          : 'They have different shapes.'}
      </p>
      <div class="pair">
        {all.map(({ of, title, file }) => {
          const draw = marked(of, wrong, title);
          return (
            <figure key={file} class="tiles">
              <figcaption>{title}</figcaption>
              <Scrolled label={title}>
                <Picture drawing={draw(pageInk)} />
              </Scrolled>
              <Save name={file} draw={draw} />
            </figure>
          );
        })}
      </div>
    </>
  );
}

export function CasePanel() {
  const { case: c, attributes, tensors, id, dialect } = question.value;
  return (
    <>
      <h2>
        {c.op}
        {c.gradient && ', gradients'}
      </h2>
      <p>
        <code>{attributes}</code>
        {dialect !== 'toeplitz' && ` in the words of ${dialect}`}, on{' '}
        {Object.entries(tensors)
          .map(([name, { shape }]) => `${name} ${shape.join('×')}`)
          .join(', ')}
        .
      </p>
      <VerdictText />
      {outputs.value.map((output) => (
        <OutputPlanes key={output.part} output={output} />
      ))}
      <Matrices />
      <h3>Ask an engine</h3>
      <Code
        label="The command that writes the tensors of the case"
        text={`npx toeplitz explain '${id}'${dialect === 'toeplitz' ? '' : ` --dialect ${dialect}`}`}
      />
    </>
  );
}
