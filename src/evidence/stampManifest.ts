import type { EvidenceStore } from "./evidenceStore.ts";
import { manifestKey, timestampKey } from "./layout.ts";
import { sha256 } from "./plan.ts";
import { readTimestamp, timestampRequest } from "./timestamp.ts";

/** Milliseconds that an authority may take. */
const ANSWERS_WITHIN = 10_000;
/** Bytes of an answer: a token with a chain of certificates has some thousand. */
const ANSWER_AT_MOST = 65_536;

export interface Stamping {
  store: EvidenceStore;
  /** Addresses of authorities, one of a host. */
  authorities: readonly string[];
  fetch: typeof fetch;
  /** Random bytes. */
  nonce: () => Uint8Array;
}

/**
 * Has time-stamp authorities say when they saw a run's manifest, and leaves their answers beside it. Those that stand
 * are not asked for again.
 * @returns what went wrong, a sentence for each authority: a run never fails by one
 */
export async function stampManifest(
  { store, authorities, fetch, nonce }: Stamping,
  { run_id, run_date }: { run_id: string; run_date: string },
): Promise<string[]> {
  if (!authorities.length) return [];
  const manifest = await store.source.read(manifestKey(run_id, run_date));
  if (!manifest) return [`run ${run_id} has no manifest`];
  const hash = sha256(manifest);
  const stamped = async (address: string): Promise<string[]> => {
    const { hostname } = new URL(address);
    const key = timestampKey(run_id, run_date, hostname);
    try {
      if (await store.source.read(key)) return [];
      const own = nonce();
      const answer = await post(fetch, address, timestampRequest(hash, own));
      const said = readTimestamp(answer);
      if (said.sha256 !== hash || said.nonce !== `01${Buffer.from(own).toString("hex")}`)
        throw new Error("it answered to another request");
      await store.create(key, answer, { type: "application/timestamp-reply" });
      return [];
    } catch (error) {
      return [`${hostname}: ${(error as Error).message}`];
    }
  };
  return (await Promise.all(authorities.map(stamped))).flat();
}

/** @see https://www.rfc-editor.org/rfc/rfc3161#section-3.4 */
async function post(send: typeof fetch, address: string, body: Uint8Array): Promise<Uint8Array> {
  const response = await send(address, {
    method: "POST",
    headers: { "content-type": "application/timestamp-query" },
    body: Buffer.from(body),
    redirect: "error",
    signal: AbortSignal.timeout(ANSWERS_WITHIN),
  });
  if (!response.ok || !response.body) throw new Error(`it answered with ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > ANSWER_AT_MOST) throw new Error(`its answer has more than ${ANSWER_AT_MOST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
