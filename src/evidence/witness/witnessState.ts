import { createHash } from "node:crypto";
import type { EvidenceStore } from "../evidenceStore.ts";
import type { WitnessedState } from "./addCheckpoint.ts";
import { parseCheckpoint } from "./checkpoint.ts";
import { parseNote } from "./note.ts";

const LAST = 999_999_999;

/**
 * What a witness remembers, in a bucket of its own: every checkpoint that it has cosigned, the newest listed first. Each
 * is written create-only under the number after the last, so that of two at the same time one is refused.
 */
export function witnessStateIn(store: EvidenceStore, origin: string): WitnessedState {
  const prefix = `checkpoints/${createHash("sha256").update(origin).digest("hex")}/`;
  return {
    latest: async () => {
      for await (const { key } of store.source.list(prefix, 1)) {
        const note = parseNote(Buffer.from((await store.source.read(key)) ?? "").toString("utf8"));
        const checkpoint = note && parseCheckpoint(note.text);
        const number = LAST - Number(/(\d{9})\.txt$/.exec(key)?.[1] ?? Number.NaN);
        if (!checkpoint || Number.isNaN(number)) throw new Error(`${store.source.name}${key} is no checkpoint`);
        return { checkpoint, number };
      }
      return undefined;
    },
    advance: (number, note) =>
      store.create(`${prefix}${String(LAST - number).padStart(9, "0")}.txt`, note, { type: "text/plain" }),
  };
}
