// The nets, without norm layers: every engine gets the same graph with the same weights.

const conv = (filters, size, more = {}) => ({ op: 'conv', filters, size, relu: true, ...more });
const dense = (units, relu) => ({ op: 'dense', units, relu });
const chain = (...parts) => ({ op: 'chain', parts });
const maxPool = (size, stride, padding = 0) => ({ op: 'maxPool', size, stride, padding });

/** LeNet-5 as the lectures have it: 61,706 parameters. */
export const lenet5 = () =>
  chain(
    conv(6, 5),
    maxPool(2, 2),
    conv(16, 5),
    maxPool(2, 2),
    { op: 'flatten' },
    dense(120, true),
    dense(84, true),
    dense(10),
  );

/** Simonyan and Zisserman 2014, column D. */
export function vgg16() {
  const stage = (count, filters) => [
    ...Array.from({ length: count }, () => conv(filters, 3, { padding: 1 })),
    maxPool(2, 2),
  ];
  const maps = [stage(2, 64), stage(2, 128), stage(3, 256), stage(3, 512), stage(3, 512)].flat();
  return chain(...maps, { op: 'flatten' }, dense(4096, true), dense(4096, true), dense(1000));
}

/** He et al. 2015, table 1, the stride of a bottleneck on its 3×3; a norm folded into its convolution leaves a bias. */
export function resnet(blocks, bottleneck) {
  let channels = 64;
  const parts = [conv(64, 7, { stride: 2, padding: 3 }), maxPool(3, 2, 1)];
  blocks.forEach((count, stage) => {
    for (let block = 0; block < count; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const width = 64 << stage;
      const filters = bottleneck ? 4 * width : width;
      const shortcut = stride > 1 || channels !== filters ? [conv(filters, 1, { stride, relu: false })] : [];
      parts.push({ op: 'sum', parts: [body(width, filters, stride, bottleneck), chain(...shortcut)] }, { op: 'relu' });
      channels = filters;
    }
  });
  return chain(...parts, { op: 'globalAvgPool' }, dense(1000));
}

const body = (width, filters, stride, bottleneck) =>
  bottleneck
    ? chain(conv(width, 1), conv(width, 3, { stride, padding: 1 }), conv(filters, 1, { relu: false }))
    : chain(conv(width, 3, { stride, padding: 1 }), conv(filters, 3, { padding: 1, relu: false }));
