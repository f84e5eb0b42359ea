// A worker process from the view of the runner: one question, one answer.

import { fork } from 'node:child_process';
import { join } from 'node:path';

export async function startEngine(name, limits) {
  const child = fork(join(import.meta.dirname, 'worker.mjs'), [name, limits], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const answer = () =>
    new Promise((resolve, reject) => {
      const finish = (done, value) => {
        child.off('message', onMessage);
        child.off('exit', onExit);
        done(value);
      };
      const onMessage = ({ result, error }) => (error ? finish(reject, new Error(error)) : finish(resolve, result));
      const onExit = (code) => finish(reject, new Error(`${name} ended with code ${code}`));
      child.on('message', onMessage);
      child.on('exit', onExit);
    });
  await answer();
  const ask = (command, rest = {}) => {
    const promise = answer();
    child.send({ command, ...rest });
    return promise;
  };
  return { name, ask, stop: () => child.kill() };
}
