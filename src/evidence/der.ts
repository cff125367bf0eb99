/** An element of DER: what it is, and what it holds. */
export interface Element {
  tag: number;
  body: Buffer;
}

/** @param parts the body, in parts */
export function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

/** The elements that stand one after the other. @throws Error where the bytes are no DER, or have longer lengths than a time stamp has */
export function elementsOf(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag, first] = [bytes[at], bytes[at + 1]];
    if (tag === undefined || first === undefined) throw new Error("it ends within an element");
    const more = first < 0x80 ? 0 : first & 0x7f;
    if (more > 3 || first === 0x80) throw new Error("it has an element of a length that is not expected");
    const start = at + 2 + more;
    const length = more ? bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0) : first;
    if (start + length > bytes.length) throw new Error("it ends within an element");
    elements.push({ tag, body: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}
