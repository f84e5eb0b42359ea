// Faults planted in ONNX Runtime, drawn at random: whether the judge finds the node, and no other. Writes plantings.json.
//
//   npm install --prefix test/onnx --ignore-scripts && npm run plantings -- --count 30 --seed 1

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { initialize, mapLayer, type Tensor, tensor } from '../../src/index.ts';
import { resnet } from '../../src/nets/index.ts';
import { expose, type Judgement, judge, readOnnx, writeOnnx } from '../../src/onnx/index.ts';
import { random } from '../../src/random.ts';
import { sizeOf } from '../../src/tensor.ts';
import { engineTensors, ocrModel } from './engine.ts';
import { type Planting, placesFor, planted } from './plant.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } },
});
const draw = random(Number(values.seed));

const given = (shape: readonly number[], seed: number): Tensor => {
  const { uniform } = random(seed);
  return tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, () => 2 * uniform() - 1),
  );
};

function resnet50(): Uint8Array {
  const net = mapLayer(resnet(50), (_, layer) => layer.roles?.batchStatistics?.given ?? layer);
  const shape = [1, 64, 64, 3];
  return writeOnnx(net, shape, initialize(net, shape, { seed: 1 }));
}

const models = [
  {
    name: 'text direction',
    bytes: readFileSync(ocrModel('ch_ppocr_mobile_v2.0_cls_infer.onnx') as string),
    shape: [1, 3, 48, 96],
  },
  {
    name: 'text detector',
    bytes: readFileSync(ocrModel('ch_PP-OCRv4_det_infer.onnx') as string),
    shape: [1, 3, 64, 64],
  },
  { name: 'ResNet-50', bytes: resnet50(), shape: [1, 3, 64, 64] },
];
const kinds: readonly Planting['kind'][] = ['pad', 'group', 'bfloat16'];

async function judged(
  bytes: Uint8Array,
  engine: Uint8Array,
  shape: readonly number[],
  seed: number,
): Promise<Judgement> {
  const x = given(shape, seed);
  const model = readOnnx(bytes);
  const [{ name }] = model.inputs;
  return judge(model, { [name]: x, ...(await engineTensors(expose(engine), { [name]: x })) });
}

const wrongIn = ({ nodes }: Judgement): string[] =>
  nodes.flatMap(({ verdict, tensor }) => (verdict === 'fail' ? [tensor] : []));

const rows = [];
for (const { name, bytes, shape } of models) {
  const { nodes } = await judged(bytes, bytes, shape, 1);
  const passed = nodes.filter(({ verdict }) => verdict === 'pass').length;
  console.log(`${name}: ${passed} of ${nodes.length} nodes pass`);
  rows.push({ model: name, fault: 'none', nodes: nodes.length, pass: passed, wrong: wrongIn({ nodes } as Judgement) });
}
for (let i = 0; i < Number(values.count); i++) {
  // Models without such a node are drawn again.
  let [model, places] = [models[0], [] as readonly number[]];
  const kind = kinds[i % kinds.length];
  for (let tries = 0; places.length === 0 && tries < 100; tries++) {
    model = models[draw.below(models.length)];
    places = placesFor(model.bytes, kind);
  }
  const fault = planted(model.bytes, kind, places[draw.below(places.length)]);
  const judgement = await judged(model.bytes, fault.bytes, model.shape, i + 2);
  const wrong = wrongIn(judgement);
  const found = wrong.length === 1 && wrong[0] === fault.tensor;
  const { first } = judgement;
  const said = [...(first?.mistakes ?? []), ...(first?.explanation ? [first.explanation.text] : [])];
  rows.push({
    model: model.name,
    fault: kind,
    node: fault.tensor,
    found,
    wrong,
    said,
    ...(first?.case && { case: first.case.id.slice(0, 60) }),
  });
  console.log(
    `${found ? 'found' : 'NOT FOUND'} ${kind} in ${model.name}, ${fault.tensor}: ${said.join('; ')}${found ? '' : ` (wrong: ${wrong.join(', ')})`}`,
  );
}
const faults = rows.filter(({ fault }) => fault !== 'none');
const summary = {
  seed: Number(values.seed),
  planted: faults.length,
  found: faults.filter((each) => 'found' in each && each.found).length,
};
console.log(summary);
writeFileSync(
  new URL('../test/onnx/plantings.json', import.meta.url),
  `${JSON.stringify({ ...summary, rows }, null, 1)}\n`,
);
