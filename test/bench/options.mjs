// The command line.

import { parseArgs } from 'node:util';

export const PEERS = ['tfjs', 'ort-web', 'ort-node', 'tfjs-cpu'];

const help = `npm run bench -- [options]

  --quick        one short round; without --only, of the small cases
  --only WORD    the cases whose name or group (conv, depthwise, pool, dense, gradient, float64, net, step, import,
                 training) holds WORD
  --rounds N     rounds per case (5)
  --peers LIST   of ${PEERS.join(',')}; none for toeplitz alone
  --out FILE     where the results go (test/bench/results.json after a whole run, nowhere after a part of it)
  --help

Every engine runs in a process of its own, on one thread; nets on two as well. Outputs are compared with float64 before
anything is timed. Before and after every measurement a chain of multiplications and additions in registers is timed, which
is what counts as 100 %, and the reading of 8 MiB. Rounds in which they are slower than 90 and 70 % of their best are
repeated, and those in which a process lost its core for more than 5 % of the time.

Training steps are compared with PyTorch, on one thread and on two, if a python3 has torch (Debian's python3-torch; its path
in PYTHON). Both start from the same parameters and must lose alike at first before anything is timed.`;

export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      peers: { type: 'string', default: PEERS.join(',') },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  const peers = values.peers.split(',').filter((peer) => peer !== '' && peer !== 'none');
  if (!Number.isInteger(rounds) || rounds < 1)
    fail(`--rounds must be a whole number of at least 1, got ${values.rounds}`);
  const unknown = peers.find((peer) => !PEERS.includes(peer));
  if (unknown) fail(`--peers must be of ${PEERS.join(', ')}, got ${unknown}`);
  const isWhole = !values.quick && values.only === undefined && peers.length === PEERS.length;
  return { quick: values.quick, only: values.only ?? '', rounds, peers, isWhole, out: values.out };
}

export function fail(message) {
  console.error(message);
  process.exit(1);
}
