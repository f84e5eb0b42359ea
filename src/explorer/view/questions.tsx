// The questions to begin with, as links, and the one that is looked at.

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { addressOf, type Question, questionAt, questions } from '../questions.ts';

const asked = signal<Question | undefined>(undefined);

/** The question that the address belongs to; settings that are changed afterwards leave it. */
export function followQuestions(): void {
  const read = (): void => {
    asked.value = questionAt(location.hash) ?? asked.value;
  };
  read();
  addEventListener('hashchange', read);
}

export function Questions({ tab }: { readonly tab: string }) {
  const list = useRef<HTMLDetailsElement>(null);
  const current = asked.value?.tab === tab ? asked.value : undefined;
  useEffect(() => {
    if (asked.value?.tab !== tab) asked.value = undefined;
  }, [tab]);
  return (
    <nav class="questions" aria-label="Questions">
      <details ref={list}>
        <summary>Questions to begin with</summary>
        <ul>
          {questions.map((question) => (
            <li key={question.ask}>
              <a
                href={addressOf(question)}
                onClick={() => {
                  if (list.current) list.current.open = false;
                  asked.value = question;
                }}
              >
                {question.ask}
              </a>
            </li>
          ))}
        </ul>
      </details>
      {current && (
        <p role="status">
          <strong>{current.ask}</strong> {current.answer} <span class="hint">{current.look}</span>
        </p>
      )}
    </nav>
  );
}
