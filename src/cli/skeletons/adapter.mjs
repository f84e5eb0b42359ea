// An adapter between toeplitz and an engine in JavaScript.
//
//   npx toeplitz smoke FILE    says within a second whether calls and tensors arrive
//   npx toeplitz check FILE    judges the operators; --help lists them all and what a call of each contains
//
// conv2d below is a naive convolution that is right. Let it call your engine instead, then add operators to `ops`.

/** x [n, h, w, c], weight [kh, kw, c / groups, filters], bias [filters] or undefined; gives y [n, oh, ow, filters]. */
function conv2d({ attributes, x, weight, bias }) {
  const { filters, size, stride, padding, dilation, groups } = attributes;
  // Of a case that your engine does not offer, which is counted and is no failure:
  // if (groups > 1) throw Object.assign(new Error('no groups'), { name: 'Skip' });
  const [batch, height, width, channels] = x.shape;
  const [oh, ow] = [height, width].map((n, i) => {
    const reach = (size[i] - 1) * dilation[i] + 1;
    return Math.floor((n + padding[i][0] + padding[i][1] - reach) / stride[i]) + 1;
  });
  const C = channels / groups;
  const y = new Float32Array(batch * oh * ow * filters);
  let at = 0;
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < oh; i++)
      for (let j = 0; j < ow; j++)
        for (let o = 0; o < filters; o++) {
          const first = Math.floor(o / (filters / groups)) * C; // the first channel of the group of this filter
          let sum = 0;
          for (let ky = 0; ky < size[0]; ky++)
            for (let kx = 0; kx < size[1]; kx++) {
              const row = i * stride[0] + ky * dilation[0] - padding[0][0];
              const column = j * stride[1] + kx * dilation[1] - padding[1][0];
              if (row < 0 || row >= height || column < 0 || column >= width) continue; // padding
              const cell = ((n * height + row) * width + column) * channels + first;
              const tap = (ky * size[1] + kx) * C * filters + o;
              for (let c = 0; c < C; c++) sum += x.data[cell + c] * weight.data[tap + c * filters];
            }
          y[at++] = sum + (bias ? bias.data[o] : 0);
        }
  return { shape: [batch, oh, ow, filters], data: y };
}

export default {
  name: 'my engine',
  // version: '1.0',
  same: 'numbers', // padding comes as [[before, after], …], never as a word
  // layout: { x: 'NCHW', weight: 'OIHW' },    the tensors come so; default: NHWC and HWIO
  // dialect: 'torch',                         attributes by the names of onnx, torch, tensorflow, webnn or caffe
  // requires: ['groups = 1', 'stride <= size'],   other cases are not asked
  ops: { conv2d }, // more: maxPool2d, avgPool2d, dense, …
  // gradients: { conv2d: ({ attributes, x, weight, bias, dy }) => ({ x: dx, weight: dw, bias: db }) },
};
