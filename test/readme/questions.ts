// The questions that the explorer answers, their answers, and the addresses of their settings.

import { addressOf, questions } from '../../src/explorer/questions.ts';

export const questionList = (): string =>
  questions.map((question) => `- **${question.ask}** ${question.answer} \`${addressOf(question)}\``).join('\n');
