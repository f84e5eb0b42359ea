// Questions that lectures ask, each with its answer, the settings under which the page shows it, and what to try there.

import { readAddress, type Texts, writeAddress } from './address.ts';

export interface Question {
  readonly ask: string;
  readonly answer: string;
  /** What to do or where to look, so that one sees it. */
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
    answer:
      'Networks correlate: the kernel lies on the input as it is written, and gives 12 12 17; 10 17 19; 9 6 14. A true convolution turns it around first, and gives 18 20 19; 10 9 17; 11 8 14.',
    look: 'Switch “Flip the kernel” off and on: in what order are the products taken?',
    tab: 'lab',
    texts: { ...numbers, flip: 'yes', at: 'y1' },
  },
  {
    ask: 'When does the output keep the length of the input?',
    answer:
      'With stride 1 and the padding “same”: zeros on both sides, so that an odd kernel is centred on each cell. Here that gives 1 2 1 1 0; without padding only the middle is left, 2 1 1.',
    look: 'Set the padding to none, then to “same” again.',
    tab: 'lab',
    texts: { rank: '1', input: '5', image: 'typed', x: '1 1 1 0 0', weights: 'typed', w: '1 0 1', padding: 'same' },
  },
  {
    ask: 'What does a stride of 2 leave out?',
    answer:
      'Every second row and column: of 12 12 17; 10 17 19; 9 6 14 it keeps 12 17; 9 14, of size ⌊(5 − 3) / 2⌋ + 1 = 2. With a cell of padding on each side it gives 6 17 3; 8 17 13; 6 4 4.',
    look: 'Set the stride to 1, or the padding to numbers.',
    tab: 'lab',
    texts: { ...numbers, stride: '2' },
  },
  {
    ask: 'How far do dilated kernels reach, and for how many weights?',
    answer:
      'Rates 1, 2 and 4 after each other reach 3, 7 and 15 cells with 9 weights each, 27 in all; one dense 15×15 kernel has 225. Doubling the rate doubles the reach, and no resolution is lost.',
    look: 'Compare the fields of the layers, and the parameters of the two nets.',
    tab: 'nets',
    texts: { net: 'dilated', beside: 'dense15', panel: 'table' },
  },
  {
    ask: 'Why is a convolution a matrix?',
    answer:
      'Each output is a row of it: the same three weights, a cell further on from row to row, and zeros elsewhere. 13 of its 25 elements are not 0; in a dense layer all 25 would be weights of their own. The transpose gives the gradient.',
    look: 'Step through the outputs: the row of each is framed below.',
    tab: 'lab',
    texts: {
      ...{ rank: '1', input: '5', image: 'typed', x: '1 0 2 0 1', weights: 'typed', w: '1 2 3' },
      ...{ padding: 'same', at: 'y1' },
    },
  },
  {
    ask: 'What is the gradient of a weight that is shared?',
    answer:
      'The sum over all places where it is used. For the sum of all outputs, the weight in the middle has 0 + 1 + 3 + 1 + 2 + 2 + 0 + 0 + 2 = 11: the nine cells that it meets.',
    look: 'They are framed. Choose another weight, or a cell of the input.',
    tab: 'lab',
    texts: { ...numbers, at: 'w4' },
  },
  {
    ask: 'How much of the image does a unit of LeNet-5 see?',
    answer: 'A unit of pool2 sees 16×16 cells, and the next one begins 4 cells further on.',
    look: 'Click on the image to choose another unit; the table has every layer.',
    tab: 'field',
    texts: { unit: '2 2' },
  },
  {
    ask: 'What does pooling between two convolutions do to the field?',
    answer:
      'It widens the field: 3×3, pooling by 2 and 3×3 see 8×8 cells. Without the pooling they see 5×5, and a third 3×3 in its place 7×7.',
    look: 'Compare the fields of the layers.',
    tab: 'nets',
    texts: { net: 'pooled', beside: 'stacked', panel: 'table' },
  },
  {
    ask: 'What does max pooling keep?',
    answer:
      'The greatest number of each window, channel by channel and without parameters: 9 2; 6 3, of size ⌊(4 − 2) / 2⌋ + 1 = 2.',
    look: 'Step through the windows: which of the four numbers comes out?',
    tab: 'lab',
    texts: {
      ...{ op: 'max', kernel: '2', stride: '2', input: '4', image: 'typed' },
      x: '1 3 2 1; 2 9 1 1; 1 3 2 3; 5 6 1 2',
    },
  },
  {
    ask: 'Does max pooling notice a small shift?',
    answer:
      'Not while the greatest number stays in its window: the input was moved by a cell, and 16 of 16 outputs are what they were, to the bit.',
    look: 'Move it once more to the right.',
    tab: 'lab',
    texts: { op: 'max', kernel: '2', stride: '2', input: '8', image: 'one cell', shift: '0 1', at: 'y10' },
  },
  {
    ask: 'What happens to the output of a convolution when the input is shifted?',
    answer:
      'It is shifted along, which is called equivariance: 36 of 49 outputs moved to the bit. The windows of the 13 others reach cells that moved in or out at the border.',
    look: 'They are framed by dots. Shift once more, or set the stride to 2.',
    tab: 'lab',
    texts: { shift: '1 1', at: 'y17' },
  },
  {
    ask: 'Why does a 1×1 convolution save multiplications?',
    answer:
      'It first reduces 192 channels to 16, so that each 5×5 kernel reads 16: 2,408,448 + 10,035,200 = 12,443,648 multiplications instead of 120,422,400, about a tenth.',
    look: 'Compare the layers of the two nets, which both make 32 channels.',
    tab: 'nets',
    texts: { net: 'wide', beside: 'narrowed' },
  },
  {
    ask: 'Are the units of a net healthy?',
    answer:
      'Before training these are. A layer is bad when more than a quarter of its units never change, or when the mean |ρ| of two exceeds 0.5.',
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
