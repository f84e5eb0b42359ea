// The engines that `npm run interop` judges: how each is started, and what it needs beside the packages of package.json.

/** Debian's Python, whose packages apt installs. */
const debian = (file, ...needs) => ({ command: ['/usr/bin/python3', '--', ...file.split(' ')], needs });
const module = (file) => ({ command: [file], needs: [] });
/** With a limit in seconds. */
const slow = (engine) => ({ ...engine, options: ['--time', '150'] });

export const engines = {
  'tfjs-cpu': module('tfjs-cpu.mjs'),
  'tfjs-wasm': module('tfjs-wasm.mjs'),
  'ort-web': module('ort-web.mjs'),
  'ort-node': module('ort-node.mjs'),
  onnxjs: module('onnxjs.mjs'),
  'jax-js-cpu': slow(module('jax-js-cpu.mjs')),
  'jax-js-wasm': slow(module('jax-js-wasm.mjs')),
  deeplearn: module('deeplearn.mjs'),
  convnetjs: module('convnetjs.mjs'),
  torch: debian('torch_engine.py', 'python3-torch'),
  'scipy-direct': debian('scipy_engine.py direct', 'python3-scipy'),
  'scipy-fft': debian('scipy_engine.py fft', 'python3-scipy'),
  'scipy-ndimage': debian('scipy_engine.py ndimage', 'python3-scipy'),
  opencv: debian('opencv_engine.py', 'python3-opencv', 'python3-onnx'),
};
