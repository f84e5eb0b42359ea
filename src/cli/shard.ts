// Which part of a campaign this process is: i/n, or what the host that divides the work says. Spec campaign-shards.

import type { Shard } from '../oracle/cases/questions.ts';
import { UsageError } from './usage.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** How a host numbers the parts of a job: the variable of the index, the number of the first, and what says how many there are. */
interface Host {
  readonly name: string;
  readonly index: string;
  readonly first: (variables: Variables) => number;
  readonly step?: string;
  readonly of?: string;
}

const hosts: readonly Host[] = [
  { name: 'an indexed Job of Kubernetes', index: 'JOB_COMPLETION_INDEX', first: () => 0 },
  {
    name: 'an array of Slurm',
    index: 'SLURM_ARRAY_TASK_ID',
    first: ({ SLURM_ARRAY_TASK_MIN }) => Number(SLURM_ARRAY_TASK_MIN ?? 0),
    step: 'SLURM_ARRAY_TASK_STEP',
    of: 'SLURM_ARRAY_TASK_COUNT',
  },
  { name: "GitLab's parallel", index: 'CI_NODE_INDEX', first: () => 1, of: 'CI_NODE_TOTAL' },
];

export const shardHelp = `\
  --shard I/N     part I of N of the campaign; toeplitz merge joins the reports.
                  auto/N takes I from the variable of an indexed Job of Kubernetes,
                  an array of Slurm or GitLab's parallel; the last two also say N: auto`;

/** `2/4`, `auto/4`, `auto`. */
export function readShard(text: string, variables: Variables = process.env): Shard {
  if (/^auto(\/|$)/.test(text)) return ofHost(text, variables);
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (!(index >= 1 && index <= of)) throw new UsageError(`--shard must be i/n with i from 1 to n, got '${text}'`);
  return { index, of };
}

function ofHost(text: string, variables: Variables): Shard {
  const refuse = (message: string): never => {
    throw new UsageError(`--shard ${text}: ${message} [campaign-shards]`);
  };
  const said = hosts.filter(({ index }) => variables[index] !== undefined && variables[index] !== '');
  if (said.length === 0)
    refuse(`no host says which part this is: ${hosts.map(({ index, name }) => `${index} of ${name}`).join(', ')}`);
  if (said.length > 1)
    refuse(`more than one host says which part this is, so say it: ${said.map(({ index }) => index).join(', ')}`);
  const [host] = said;
  const whole = (variable: string, value: string | undefined): number => {
    if (value === undefined || !/^\d{1,9}$/.test(value))
      refuse(`${variable} must be a whole number, got ${value === undefined ? 'none' : `'${value}'`}`);
    return Number(value);
  };
  const [, asked] = /^auto(?:\/(.+))?$/.exec(text) ?? refuse('write auto or auto/n');
  const told = host.of && variables[host.of] !== undefined ? whole(host.of, variables[host.of]) : undefined;
  const of = asked === undefined ? told : whole('n', asked);
  if (of === undefined) return refuse(`${host.name} does not say how many parts there are: write auto/n`);
  if (told !== undefined && told !== of) refuse(`${host.of} says ${told} parts`);
  const step = host.step && variables[host.step] !== undefined ? whole(host.step, variables[host.step]) : 1;
  const index = (whole(host.index, variables[host.index]) - host.first(variables)) / step + 1;
  if (!(Number.isInteger(index) && index >= 1 && index <= of))
    refuse(`${host.index} is ${variables[host.index]}, which is none of ${of} parts`);
  return { index, of };
}
