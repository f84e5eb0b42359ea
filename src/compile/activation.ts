// Activations: the tensors of a program, from its input to its output, and how they share memory.
//
//   An activation without a home is a root: it has memory of its own, with zeros around its cells if a reader needs them.
//   A part of a concat has its home in the whole, from some channel on; a flattened tensor in the one it is made of.

import {
  densePlacement,
  isMarginless,
  type Margins,
  noMargins,
  type Placement,
  paddedPlacement,
} from '../kernels/placement.ts';
import type { Value } from '../layer/step.ts';
import { type Shape, sizeOf } from '../tensor.ts';
import type { Three } from '../window.ts';

const union = (a: Margins, b: Margins): Margins => {
  const onAxis = (i: 0 | 1 | 2) => [Math.max(a[i][0], b[i][0]), Math.max(a[i][1], b[i][1])] as const;
  return [onAxis(0), onAxis(1), onAxis(2)];
};

/**
 * A tensor of a program. The last axis holds the channels; if there are more than three axes of space, the first ones are
 * treated as one.
 */
export class Activation implements Value {
  readonly shape: Shape;
  readonly batch: number;
  readonly size: Three<number>;
  readonly channels: number;
  /** Cells without gaps, as a tensor in JavaScript has them. */
  readonly dense: boolean;
  /** The zeros that its own readers need. */
  margins = noMargins;
  home: { readonly activation: Activation; readonly channel: number } | undefined;
  readonly guests: Activation[] = [];

  constructor(shape: Shape, dense = false) {
    const space = [1, 1, 1, ...shape.slice(1, -1)];
    this.shape = shape;
    this.batch = shape.length > 1 ? shape[0] : 1;
    this.size = [sizeOf(space.slice(0, -2)), ...space.slice(-2)] as unknown as Three<number>;
    this.channels = shape[shape.length - 1];
    this.dense = dense;
  }

  needs(margins: Margins): void {
    this.margins = union(this.margins, margins);
  }

  get root(): Activation {
    return this.home ? this.home.activation.root : this;
  }

  /** This activation and all that live in it. */
  get tree(): Activation[] {
    return [this, ...this.guests.flatMap((guest) => guest.tree)];
  }

  get treeMargins(): Margins {
    return this.guests.reduce((margins, guest) => union(margins, guest.treeMargins), this.margins);
  }

  /** Moves into `home` if the cells can lie there; says whether they do. */
  moveInto(home: Activation, channel: number): boolean {
    // A home without gaps is a copy, or a sum of values without space: as many numbers in the same order.
    const fits = home.dense || (!this.dense && this.size.every((cells, i) => cells === home.size[i]));
    const isInDense = (activation: Activation): boolean =>
      activation.dense || (activation.home !== undefined && isInDense(activation.home.activation));
    const fitsMargins = !isInDense(home) || isMarginless(this.treeMargins);
    if (this.home || home.root === this || !fits || !fitsMargins) return false;
    this.home = { activation: home, channel };
    home.guests.push(this);
    return true;
  }

  /** Bytes of a root, zeros around the cells included. */
  get bytes(): number {
    return this.batch * this.#padded(0).image;
  }

  #padded(address: number): Placement {
    return paddedPlacement(address, this.size, this.treeMargins, this.channels);
  }

  /** Where the cells lie, given the address of a root. */
  placement(addressOf: (root: Activation) => number): Placement {
    if (!this.home) return this.#padded(addressOf(this));
    const { activation, channel } = this.home;
    const placement = activation.placement(addressOf);
    if (activation.dense) return densePlacement(placement.address, this.size, this.channels);
    return { ...placement, address: placement.address + channel * 4 };
  }
}
