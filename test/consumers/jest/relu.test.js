import { host, relu, tensor } from 'toeplitz';
import { lenet5 } from 'toeplitz/nets';

test('toeplitz runs its kernels under jest', () => {
  expect(Array.from(relu().forward(tensor([1, 2], [-1, 1]), {}).data)).toEqual([0, 1]);
  expect(lenet5().shape([1, 32, 32, 1])).toEqual([1, 10]);
  expect(host()).toEqual({ runs: 'kernels', reason: undefined });
});
