// Prints the certificate of this host as JSON; with --plain on a host that is made to have no WebAssembly.
if (process.argv.includes('--plain')) delete globalThis.WebAssembly;
const [library, { certificate }] = await Promise.all([import('./library.mjs'), import('./campaign.mjs')]);
console.log(JSON.stringify(await certificate(library)));
