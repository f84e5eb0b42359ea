// Prints the digests of the campaign as JSON; with --plain on a host that is made to have no WebAssembly.
if (process.argv.includes('--plain')) delete globalThis.WebAssembly;
const [library, { campaign }] = await Promise.all([import('../../dist/index.js'), import('./campaign.mjs')]);
console.log(JSON.stringify(await campaign(library)));
