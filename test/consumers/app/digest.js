// FNV-1a over the bits of float32 tensors.

export function digest(tensors) {
  let hash = 0x811c9dc5;
  for (const { data } of tensors) {
    for (const word of new Uint32Array(data.slice().buffer)) hash = Math.imul(hash ^ word, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
