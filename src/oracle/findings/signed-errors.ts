// Errors of an arithmetic, and whether they lean to one side, as those of independent roundings do not. Spec oracle-profile.

/**
 * Signed errors add up to less than so many times the root of their squares, unless they lean to one side; of very many, which
 * are not wholly independent, their mean is also less than this share of their root mean square.
 */
const [LEANING, SLIGHT] = [6, 0.25];

/** Errors, and whether they lean to one side. */
interface Signed {
  add(error: number): void;
  lean(): boolean;
}

export function signed(): Signed {
  let [sum, squares, count] = [0, 0, 0];
  return {
    add(error) {
      sum += error;
      squares += error * error;
      count++;
    },
    lean: () => Math.abs(sum) > Math.sqrt(squares) * Math.max(LEANING, SLIGHT * Math.sqrt(count)),
  };
}
