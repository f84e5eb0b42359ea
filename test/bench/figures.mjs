// Figures from results: times, shares of the chain, ratios. `how` is 'median' (of rounds) or 'best' (of rounds).

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const mean = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** Milliseconds, or undefined where the engine does not do the case. */
export function ms({ engines }, name, how = 'median') {
  const times = engines[name];
  if (!times) return undefined;
  return how === 'best' ? Math.min(...times.best) : median(times.median);
}

/**
 * Peers that are compared with our time "in place": x and y stay in the memory of the engine. The others go from array
 * to array.
 */
const IN_PLACE = ['tfjs'];

/** The variant of ours that corresponds to the peer; without a peer, the one without copies. */
export const ours = ({ engines }, peer = 'tfjs') =>
  engines['in place'] && IN_PLACE.includes(peer) ? 'in place' : 'toeplitz';

/** GFLOP/s: a multiplication and an addition are two; a pooled cell is one. */
export const speed = (each, how, name = ours(each)) => each.flops / ms(each, name, how) / 1e6;

/** Speed against the chain of the same rounds, which is half as wide in float64. */
export const share = (each, how, name) =>
  ((each.group === 'float64' ? 2 : 1) * speed(each, how, name)) /
  (how === 'best' ? Math.max(...each.chain) : median(each.chain));

/** How many times as long the peer takes: the median of the rounds' quotients, or the quotient of the best times. */
export function ratio(each, peer, how = 'median', name = ours(each, peer)) {
  const [own, other] = [each.engines[name], each.engines[peer]];
  if (!own || !other) return undefined;
  if (how === 'best') return ms(each, peer, how) / ms(each, name, how);
  return median(own.median.map((time, i) => other.median[i] / time));
}

/** The least a case takes in each round, in ms: its arithmetic at the speed of the chain, or its memory, if that is longer. */
const limits = ({ flops, chain, engines: { memory } }) =>
  memory && chain.map((speed, i) => Math.max(flops / speed / 1e6, memory.median[i]));

/** The limit as a share of our time. */
export const closeness = (each, name = ours(each)) =>
  limits(each) && median(limits(each).map((least, i) => least / each.engines[name].median[i]));

/** How many times as long as the limit a peer takes: nothing that does the same arithmetic gets a larger ratio. */
export function bound(each, peer) {
  const [least, other] = [limits(each), each.engines[peer]];
  return least && other && median(least.map((time, i) => other.median[i] / time));
}

const isKnown = (value) => value !== undefined;

/** The cases of a group that hold both, as ratios. */
export const ratios = (cases, peer, how, name) => cases.map((each) => ratio(each, peer, how, name)).filter(isKnown);

export const bounds = (cases, peer) => cases.map((each) => bound(each, peer)).filter(isKnown);

export const group = ({ cases }, name) => cases.filter((each) => each.group === name);
export const named = ({ cases }, name) => cases.filter((each) => each.name === name);
