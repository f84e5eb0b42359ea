// Writes an ONNX model of one node: the few protobuf messages it takes, by their field numbers in onnx.proto.

const varint = (n) => {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, BigInt(n)); ; rest >>= 7n) {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    if (rest <= 127n) return bytes;
  }
};
const number = (field, n) => [...varint(field << 3), ...varint(n)];
const bytes = (field, content) => [...varint((field << 3) | 2), ...varint(content.length), ...content];
const text = (field, string) => bytes(field, [...new TextEncoder().encode(string)]);

/** AttributeProto: type 2 is INT, 3 STRING, 7 INTS. */
const attribute = ([name, value]) => {
  if (typeof value === 'string') return [...text(1, name), ...text(4, value), ...number(20, 3)];
  if (Array.isArray(value)) return [...text(1, name), ...value.flatMap((n) => number(8, n)), ...number(20, 7)];
  return [...text(1, name), ...number(3, value), ...number(20, 2)];
};

/** ValueInfoProto of a float tensor; without a shape, the runtime infers it. */
const valueInfo = (name, shape) => {
  const dimensions = shape?.flatMap((n) => bytes(1, number(1, n)));
  const tensorType = [...number(1, 1), ...(dimensions ? bytes(2, dimensions) : [])];
  return [...text(1, name), ...bytes(2, bytes(1, tensorType))];
};

/** The bytes of a model with one node; `inputs` gives the shape of each input by name. */
export function model(op, attributes, inputs, opset, ir = 10, rank = undefined) {
  const names = Object.keys(inputs);
  const node = [
    ...names.flatMap((name) => text(1, name)),
    ...text(2, 'y'),
    ...text(4, op),
    ...Object.entries(attributes).flatMap((each) => bytes(5, attribute(each))),
  ];
  const graph = [
    ...bytes(1, node),
    ...text(2, 'one node'),
    ...names.flatMap((name) => bytes(11, valueInfo(name, inputs[name]))),
    ...bytes(12, valueInfo('y', rank)),
  ];
  return Uint8Array.from([...number(1, ir), ...bytes(7, graph), ...bytes(8, [...text(1, ''), ...number(2, opset)])]);
}
