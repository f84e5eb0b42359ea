// The core by require.

const { host, relu, tensor } = require('toeplitz');

console.log(`require: ${host().runs}, ${Array.from(relu().forward(tensor([1, 2], [-1, 1]), {}).data)}`);
