// TensorFlow.js on its plain JavaScript backend.
import { engine } from './tfjs.mjs';

export default engine('cpu', {
  gradients: ['conv2d', 'depthwiseConv2d', 'maxPool2d', 'avgPool2d', 'dense'],
  traits: { padding: 'skipped' },
});
