// The page: its head, the tabs, and the one that is shown.

import { type ComponentChildren, render } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { host } from '../kernels/host.ts';
import * as list from './list.ts';
import { follow, type Settings } from './settings.ts';
import type { Tab } from './tab.ts';
import { Announcer } from './view/announce.tsx';
import { followTaken } from './view/drop-and-paste.ts';
import { Panels } from './view/panels.tsx';
import { followQuestions, Questions } from './view/questions.tsx';
import { followTheme, type Theme, theme, themes } from './view/theme.ts';

const tabs = Object.values<Tab>(list).sort((a, b) => a.place - b.place);

const ThemeChoice = () => (
  <label class="theme">
    Colours{' '}
    <select
      value={theme.value}
      onChange={(event) => {
        theme.value = event.currentTarget.value as Theme;
      }}
    >
      {Object.entries(themes).map(([name, text]) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  </label>
);

/**
 * What a tab shows, or that it cannot: the page stays, with all settings, and the error goes where errors are reported.
 */
function Guarded({ settings, children }: { readonly settings: Settings; readonly children: ComponentChildren }) {
  const [error, retry] = useErrorBoundary((thrown) => reportError(thrown));
  if (!error) return <>{children}</>;
  return (
    <div role="alert">
      <p class="problem">These settings cannot be shown, which is a defect of the page: {String(error)}</p>
      <button
        type="button"
        onClick={() => {
          settings.set({ ...settings.defaults });
          retry();
        }}
      >
        Start again
      </button>
    </div>
  );
}

export function showPage(root: Element): void {
  followTheme();
  followQuestions();
  followTaken();
  const { runs, reason } = host();
  const ran =
    runs === 'kernels' ? 'the kernels of the library' : `plain loops with the same bits, slower, because ${reason}`;
  const current = follow(tabs);
  const Page = () => {
    const { View, settings } = tabs.find(({ id }) => id === current.value) as Tab;
    return (
      <>
        <header>
          <h1>
            toeplitz <span>explorer</span>
          </h1>
          <ThemeChoice />
        </header>
        <Questions tab={current.value} />
        <main>
          <Panels
            id="page"
            label="What to explore"
            titles={Object.fromEntries(tabs.map(({ id, title }) => [id, title]))}
            chosen={current.value}
            choose={(id) => {
              current.value = id;
            }}
          >
            <Guarded key={current.value} settings={settings}>
              <View />
            </Guarded>
          </Panels>
        </main>
        <footer>
          Every number on this page is computed here, by {ran}. The address holds the settings, so a link shows the same
          picture. Saved pictures are free for every use (CC0).
        </footer>
        <Announcer />
      </>
    );
  };
  render(<Page />, root);
}
