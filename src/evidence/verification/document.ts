import type { Readable } from "node:stream";
import type * as z from "zod";
import type { EvidenceSource } from "../source.ts";

/** Objects and lists inside each other, in a document of the system: it writes far fewer. */
export const DEPTH_AT_MOST = 100;

/** What stands under a key: its bytes, or why there are none. */
export type Content = { bytes: Buffer } | { absent: true } | { larger: true };

/**
 * Reads an object, but no more than some bytes of it: what is larger is not what the system writes. What cannot be read
 * is absent to a source that takes it as unreadable.
 */
export async function readBounded(source: EvidenceSource, key: string, atMost: number): Promise<Content> {
  let stream: Readable | undefined;
  try {
    stream = await source.open(key);
    if (!stream) return { absent: true };
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > atMost) return { larger: true };
      chunks.push(chunk);
    }
    return { bytes: Buffer.concat(chunks) };
  } catch (error) {
    if (!source.unreadable) throw error;
    source.unreadable.add(key, error as Error);
    return { absent: true };
  } finally {
    stream?.destroy();
  }
}

/** A document, or what is wrong with it. */
export type Parsed<T> = { value: T; text: string } | { problem: string };

/** Reads JSON as a schema. Nothing that bytes can hold makes it throw. */
export function parseDocument<T>(bytes: Uint8Array, schema: z.ZodType<T>): Parsed<T> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { problem: "it is not UTF-8" };
  }
  if (isDeeperThan(text, DEPTH_AT_MOST)) return { problem: `it is nested more than ${DEPTH_AT_MOST} deep` };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: "it is not JSON" };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data, text };
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join(".").slice(0, 200) || "it"}: ${issue?.message.slice(0, 200)}` };
}

/** Whether brackets that are not in a text stand deeper inside each other than a limit. */
function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > limit) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}
