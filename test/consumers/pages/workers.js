// Compiles the kernels once, while they are loaded, and sends the module to two workers.

const module = await WebAssembly.compileStreaming(fetch('../node_modules/toeplitz/dist/kernels.wasm'));
const answers = [1, 2].map((number) => {
  const worker = new Worker('worker.js', { type: 'module' });
  worker.postMessage({ module, number });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
});
const result = await Promise.all(answers).then(
  ([first, second]) => ({ ...first, shape: second.shape }),
  (error) => ({ error: String(error) }),
);
await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
