// Questions that lectures ask, each with the settings under which the page answers it, and where to look.

import { readAddress, type Texts, writeAddress } from './address.ts';

export interface Question {
  readonly ask: string;
  /** What to do or where to look; the answer is left to the page. */
  readonly look: string;
  readonly tab: string;
  readonly texts: Texts;
}

/** Five rows of numbers and a filter that no symmetry makes equal to the turned one. */
const numbers = {
  image: 'typed',
  x: '3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1',
  input: '5',
  weights: 'typed',
  w: '0 1 2; 2 2 0; 0 1 2',
} as const;

export const questions: readonly Question[] = [
  {
    ask: 'Is it convolution or correlation?',
    look: 'Switch “Flip the kernel” off and on: which outputs change, and in what order are the products taken?',
    tab: 'lab',
    texts: { ...numbers, flip: 'yes', at: 'y1' },
  },
  {
    ask: 'When does the output keep the length of the input?',
    look: 'Here the window is centred on its cell. Set the padding to none: which of these outputs are left?',
    tab: 'lab',
    texts: { rank: '1', input: '5', image: 'typed', x: '1 1 1 0 0', weights: 'typed', w: '1 0 1', padding: 'same' },
  },
  {
    ask: 'What does a stride of 2 leave out?',
    look: 'Compare the sentence below the formula with the outputs, then set the stride to 1.',
    tab: 'lab',
    texts: { ...numbers, stride: '2' },
  },
  {
    ask: 'How far do dilated kernels reach, and for how many weights?',
    look: 'Compare the fields of the layers, and the parameters of the two nets.',
    tab: 'nets',
    texts: { net: 'dilated', beside: 'dense15', panel: 'table' },
  },
  {
    ask: 'Why is a convolution a matrix?',
    look: 'Step through the outputs: each is a row of the matrix, and the same three numbers stand in all of them.',
    tab: 'lab',
    texts: {
      ...{ rank: '1', input: '5', image: 'typed', x: '1 0 2 0 1', weights: 'typed', w: '1 2 3' },
      ...{ padding: 'same', at: 'y1' },
    },
  },
  {
    ask: 'What is the gradient of a weight that is shared?',
    look: 'The weight in the middle is chosen: it meets every framed cell. Choose another weight, or a cell of the input.',
    tab: 'lab',
    texts: { ...numbers, at: 'w4' },
  },
  {
    ask: 'How much of the image does a unit of LeNet-5 see?',
    look: 'Size and step of pool2 stand in the table. Click on the image to choose another unit.',
    tab: 'field',
    texts: { unit: '2 2' },
  },
  {
    ask: 'What does pooling between two convolutions do to the field?',
    look: 'Compare the field of the last layers, with the pooling and with another convolution in its place.',
    tab: 'nets',
    texts: { net: 'pooled', beside: 'stacked', panel: 'table' },
  },
  {
    ask: 'What does max pooling keep?',
    look: 'Step through the windows: which of the four numbers comes out?',
    tab: 'lab',
    texts: {
      ...{ op: 'max', kernel: '2', stride: '2', input: '4', image: 'typed' },
      x: '1 3 2 1; 2 9 1 1; 1 3 2 3; 5 6 1 2',
    },
  },
  {
    ask: 'Does max pooling notice a small shift?',
    look: 'The input was moved by a cell. Move it once more to the right.',
    tab: 'lab',
    texts: { op: 'max', kernel: '2', stride: '2', input: '8', image: 'one cell', shift: '0 1', at: 'y10' },
  },
  {
    ask: 'What happens to the output of a convolution when the input is shifted?',
    look: 'The input was moved down and to the right. Which outputs did not move along, and why?',
    tab: 'lab',
    texts: { shift: '1 1', at: 'y17' },
  },
  {
    ask: 'Why does a 1×1 convolution save multiplications?',
    look: 'Both make 32 channels of 192. Compare the channels that each 5×5 kernel reads.',
    tab: 'nets',
    texts: { net: 'wide', beside: 'narrowed' },
  },
  {
    ask: 'Are the units of a net healthy?',
    look: 'Press Train and read the verdicts. Then set the rate to 0.3 and train again.',
    tab: 'train',
    texts: { panel: 'health' },
  },
];

export const addressOf = ({ tab, texts }: Question): string => writeAddress(tab, texts, {});

/** The question that an address asks, whatever the order of its settings. */
export const questionAt = (hash: string): Question | undefined => {
  const { tab, texts } = readAddress(hash);
  return questions.find(
    (each) =>
      each.tab === tab &&
      Object.keys(texts).length === Object.keys(each.texts).length &&
      Object.entries(each.texts).every(([name, text]) => texts[name] === text),
  );
};
