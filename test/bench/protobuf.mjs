// As much of the protobuf wire format as an ONNX model needs. A message is a list of byte arrays, joined once at the end.

function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const total = (chunks) => chunks.reduce((sum, { length }) => sum + length, 0);

export const integer = (field, value) => [varint(field << 3), varint(value)];
export const message = (field, ...parts) => {
  const chunks = parts.flat();
  return [varint((field << 3) | 2), varint(total(chunks)), ...chunks];
};
export const text = (field, value) => message(field, [new TextEncoder().encode(value)]);
export const floats = (field, values) =>
  message(field, [new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]);

export function join(chunks) {
  const bytes = new Uint8Array(total(chunks));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
