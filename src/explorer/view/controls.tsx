// Controls of a form: each holds one text of the settings, and says beside itself what is wrong.

import { useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Texts } from '../address.ts';
import { numberIn } from '../numbers.ts';
import type { Settings } from '../settings.ts';

export interface ControlOf<T extends Texts> {
  readonly settings: Settings<T>;
  readonly name: keyof T & string;
  readonly label: string;
  readonly problems?: Readonly<Partial<Record<string, string>>>;
}

/** The text of one control: others may change without it being drawn again. */
const useText = <T extends Texts>({ settings, name }: ControlOf<T>): string =>
  useComputed(() => settings.texts.value[name]).value;

function set<T extends Texts>({ settings, name }: ControlOf<T>, text: string): void {
  settings.set({ [name]: text } as Partial<T>);
}

function Problem({ id, text }: { readonly id: string; readonly text: string | undefined }) {
  return text === undefined ? null : (
    <p class="problem" id={id}>
      {text}
    </p>
  );
}

/** All numbers of a text, one step up or down. */
const stepped = (text: string, by: number, least: number): string =>
  text.replace(/[−–-]?\d+(\.\d+)?/g, (digits) =>
    String(Math.max(least, Number((numberIn(digits) + by).toPrecision(12)))),
  );

/** A field for one number, or one per axis; with `step` 0 it cannot be stepped. */
export function NumberField<T extends Texts>(
  props: ControlOf<T> & {
    readonly least?: number;
    readonly step?: number;
    readonly hint?: string;
    readonly placeholder?: string;
  },
) {
  const { name, label, problems, least = 1, step = 1, hint, placeholder } = props;
  const text = useText(props);
  const problem = problems?.[name];
  const id = `control-${name}`;
  return (
    <div class="control">
      <label for={id}>{label}</label>
      <span class="stepper">
        {step > 0 && (
          <button
            type="button"
            tabIndex={-1}
            aria-label={`${label}: less`}
            onClick={() => set(props, stepped(text, -step, least))}
          >
            −
          </button>
        )}
        <input
          id={id}
          value={text}
          title={hint}
          placeholder={placeholder}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : `${id}-problem`}
          onInput={(event) => set(props, event.currentTarget.value)}
          onKeyDown={(event) => {
            const by = { ArrowUp: step, ArrowDown: -step }[event.key];
            if (!by) return;
            event.preventDefault();
            set(props, stepped(text, by, least));
          }}
        />
        {step > 0 && (
          <button
            type="button"
            tabIndex={-1}
            aria-label={`${label}: more`}
            onClick={() => set(props, stepped(text, step, least))}
          >
            +
          </button>
        )}
      </span>
      <Problem id={`${id}-problem`} text={problem} />
    </div>
  );
}

/** A text of several lines. */
export function LongText<T extends Texts>(props: ControlOf<T> & { readonly rows: number }) {
  const { name, label, problems, rows } = props;
  const text = useText(props);
  const problem = problems?.[name];
  const id = `control-${name}`;
  return (
    <div class="control long">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={rows}
        value={text}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        onInput={(event) => set(props, event.currentTarget.value)}
      />
      <Problem id={`${id}-problem`} text={problem} />
    </div>
  );
}

/** A file of the user's own; cancelling the choice keeps the file that was chosen before. `accept` says which kinds are offered. */
export const FileField = ({ accept, onFile }: { readonly accept: string; readonly onFile: (file: File) => void }) => (
  <label class="control">
    File
    <input
      type="file"
      accept={accept}
      onChange={(event) => {
        const [file] = event.currentTarget.files ?? [];
        if (file) onFile(file);
      }}
    />
  </label>
);

export type Options = Readonly<Record<string, string>>;

/** A choice of a few. `used` is the option that stands in for one that does not exist; the tab says so itself. */
export function Choice<T extends Texts>(props: ControlOf<T> & { readonly options: Options; readonly used?: string }) {
  const { name, label, problems, options, used } = props;
  const asked = useText(props);
  const isKnown = Object.hasOwn(options, asked);
  const text = isKnown ? asked : (used ?? asked);
  const isOther = !Object.hasOwn(options, text);
  const problem =
    problems?.[name] ??
    (isOther && used === undefined ? `“${text}” is not known here: choose another one.` : undefined);
  const id = `control-${name}`;
  return (
    <div class="control">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={text}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        onChange={(event) => set(props, event.currentTarget.value)}
      >
        {isOther && <option value={text}>{text}</option>}
        {Object.entries(options).map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
      <Problem id={`${id}-problem`} text={problem} />
    </div>
  );
}

/** A yes or no. */
export function Check<T extends Texts>(props: ControlOf<T>) {
  const isChecked = useText(props) === 'yes';
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isChecked}
        onChange={(event) => set(props, event.currentTarget.checked ? 'yes' : 'no')}
      />
      {props.label}
    </label>
  );
}

/** Controls that belong together. */
export function Group({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <fieldset>
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

/** The controls of a tab: beside the pictures on a wide page, folded above them on a narrow one. */
export function Controls({ children }: { readonly children: ComponentChildren }) {
  return (
    <details class="controls" open={matchMedia('(min-width: 62rem)').matches}>
      <summary>Settings</summary>
      <form onSubmit={(event) => event.preventDefault()}>{children}</form>
    </details>
  );
}
