// Oracle: a case and an answer, a report, a model with its activations, and the certificate of this browser.

import { useMemo } from 'preact/hooks';
import { dialectNames } from '../../oracle/dialect.ts';
import { libraries } from '../lab/dialects.ts';
import type { Tab } from '../tab.ts';
import { Choice, Controls, Group, LongText } from '../view/controls.tsx';
import { useTaken } from '../view/drop-and-paste.ts';
import { Panels } from '../view/panels.tsx';
import { CasePanel } from './case.tsx';
import { CertificatePanel } from './certificate.tsx';
import { chosen, fileAnswer, open, paste, problem, problems, question } from './model.ts';
import { mistakesFor } from './question.ts';
import { ReportPanel } from './report.tsx';
import { ModelPanel } from './whole-model.tsx';

const titles = { case: 'A case', report: 'A report', model: 'A model', certificate: 'This browser’s certificate' };

const sources = { mistake: 'with a known mistake', typed: 'typed or pasted', file: 'a file' };

const dialectTitles = Object.fromEntries(
  dialectNames.map((name) => [name, name === 'toeplitz' ? 'toeplitz' : libraries[name]]),
);

function OracleControls() {
  const { from, mistake, panel } = chosen.texts.value;
  const isCase = !(panel === 'report' || panel === 'model' || panel === 'certificate');
  const asked = question.value;
  const names = useMemo(() => mistakesFor(asked), [asked]);
  const all = Object.fromEntries([...new Set([...names, mistake])].map((name) => [name, name]));
  const of = { settings: chosen, problems: problems.value };
  return (
    <Controls>
      {isCase && (
        <>
          <Group title="Case">
            <LongText {...of} name="id" label="Case id" rows={3} />
            <Choice {...of} name="dialect" label="In the words of" options={dialectTitles} />
          </Group>
          <Group title="The engine’s answer">
            <Choice {...of} name="from" label="It is" options={sources} />
            {from === 'mistake' && <Choice {...of} name="mistake" label="As if" options={all} />}
            {from === 'typed' && <LongText {...of} name="answer" label="Numbers" rows={5} />}
            {from === 'file' && fileAnswer.value && <p class="hint">{fileAnswer.value.name}</p>}
          </Group>
        </>
      )}
      <Group title="Your own">
        <label class="control">
          File
          <input
            type="file"
            accept=".json,.txt,.npy,.npz,.safetensors,.onnx"
            multiple
            onChange={(event) => void open([...(event.currentTarget.files ?? [])])}
          />
        </label>
        <p class="hint">
          A report (JSON), an answer (npy, npz, safetensors), a model (ONNX) with its activations, or a case id. It can
          also be dropped or pasted anywhere here, and stays in this browser.
        </p>
        {problem.value && (
          <p class="problem" role="alert">
            {problem.value}
          </p>
        )}
      </Group>
    </Controls>
  );
}

function View() {
  const { panel } = chosen.texts.value;
  useTaken({ files: (files) => void open(files), text: paste });
  return (
    <div class="oracle sided">
      <OracleControls />
      <Panels id="oracle" label="Look at" titles={titles} chosen={panel} choose={(name) => chosen.set({ panel: name })}>
        {panel === 'model' ? (
          <ModelPanel />
        ) : panel === 'report' ? (
          <ReportPanel />
        ) : panel === 'certificate' ? (
          <CertificatePanel />
        ) : (
          <CasePanel />
        )}
      </Panels>
    </div>
  );
}

export const oracleTab: Tab = { id: 'oracle', place: 7, title: 'Oracle', settings: chosen, View };
