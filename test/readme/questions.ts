// The questions that the explorer answers, with the addresses of their settings.

import { addressOf, questions } from '../../src/explorer/questions.ts';

export const questionList = (): string =>
  questions.map((question) => `- ${question.ask} \`${addressOf(question)}\``).join('\n');
