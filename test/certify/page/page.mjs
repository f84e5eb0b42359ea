// Sends the certificate of this page, or with ?worker of a worker that it starts, to the server that it came from.

const send = (result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) });

async function make() {
  if (location.search !== '?worker') {
    const [library, { certificate }] = await Promise.all([import('../library.mjs'), import('../campaign.mjs')]);
    return certificate(library);
  }
  const worker = new Worker('worker.mjs', { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
  });
}

make().then(send, (error) => send({ error: String(error) }));
