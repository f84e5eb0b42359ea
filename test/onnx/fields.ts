// Files of protocol buffers taken apart without knowing what they hold, changed, and put together with right lengths.

/** `parts` where the bytes can be read as fields themselves. */
interface Field {
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly parts?: Field[];
}

/** Whole numbers of 7 bits a byte, up to 2³². */
function wholeAt(bytes: Uint8Array, at: number): readonly [value: number, end: number] | undefined {
  let value = 0;
  for (let i = 0; i < 5 && at + i < bytes.length; i++) {
    value += (bytes[at + i] & 0x7f) * 128 ** i;
    if (bytes[at + i] < 0x80) return [value, at + i + 1];
  }
  return undefined;
}

function fieldsIn(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = wholeAt(bytes, at);
    if (start === undefined) return undefined;
    const [tag, from] = start;
    let [begin, end] = [from, from];
    if (tag % 8 === 0) {
      while (bytes[end] >= 0x80) end++;
      end++;
    } else if (tag % 8 === 2) {
      const length = wholeAt(bytes, from);
      if (length === undefined) return undefined;
      [begin, end] = [length[1], length[1] + length[0]];
    } else if (tag % 8 === 5) end += 4;
    else if (tag % 8 === 1) end += 8;
    else return undefined;
    if (end > bytes.length || tag < 8 || tag > 511) return undefined;
    const own = bytes.slice(begin, end);
    const parts = tag % 8 === 2 && own.length > 0 && own.length < 100_000 ? fieldsIn(own) : undefined;
    fields.push({ tag, bytes: own, ...(parts && { parts }) });
    at = end;
  }
  return fields;
}

const whole = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...whole(Math.floor(value / 128))];

function together(fields: readonly Field[]): Uint8Array {
  const all = fields.map(({ tag, bytes, parts }) => {
    const own = parts ? together(parts) : bytes;
    return [Uint8Array.from([...whole(tag), ...(tag % 8 === 2 ? whole(own.length) : [])]), own];
  });
  const flat = all.flat();
  const result = new Uint8Array(flat.reduce((size, each) => size + each.length, 0));
  let at = 0;
  for (const each of flat) {
    result.set(each, at);
    at += each.length;
  }
  return result;
}

/** As it was in the file: a part may be put below itself. */
const leaf = ({ tag, bytes }: Field): Field => ({ tag, bytes });

/** One field is left out, doubled, moved elsewhere, put in place of another, or has other bytes. */
export function withChangedField(file: Uint8Array, below: (n: number) => number, bytes: readonly number[]): Uint8Array {
  const fields = fieldsIn(file);
  if (fields === undefined) return file;
  const lists: Field[][] = [];
  const visit = (list: Field[]): void => {
    if (list.length > 0) lists.push(list);
    for (const { parts } of list) if (parts) visit(parts);
  };
  visit(fields);
  const list = lists[below(lists.length)];
  const at = below(list.length);
  const field = list[at];
  const other = lists[below(lists.length)];
  const kind = below(8);
  if (kind === 0) list.splice(at, 1);
  else if (kind === 1) list.splice(at, 0, field);
  else if (kind === 2) list.splice(below(list.length), 0, ...list.splice(at, 1));
  else if (kind === 3) list[at] = leaf(other[below(other.length)]);
  else if (kind === 4) list[at] = { tag: field.tag, bytes: other[below(other.length)].bytes };
  else {
    const own = field.bytes.slice();
    if (field.tag % 8 === 0) list[at] = { tag: field.tag, bytes: Uint8Array.from(whole(numberFrom(below, bytes))) };
    else if (own.length > 0) {
      own[below(own.length)] = bytes[below(bytes.length)];
      list[at] = { tag: field.tag, bytes: own };
    }
  }
  return together(fields);
}

/** Small, at the limits of 32 bits, or anything. */
function numberFrom(below: (n: number) => number, bytes: readonly number[]): number {
  const kind = below(4);
  if (kind === 0) return below(30);
  if (kind === 1) return 2 ** below(53) - below(2);
  return kind === 2 ? bytes[below(bytes.length)] : below(2 ** 31);
}
