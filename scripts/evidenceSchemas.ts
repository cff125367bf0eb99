import * as z from "zod";
import { Attestation } from "../src/evidence/attestation.ts";
import { ChainLink } from "../src/evidence/chain.ts";
import { KeyHandOver } from "../src/evidence/keyHandOver.ts";
import { Manifest } from "../src/evidence/manifest.ts";
import { Plan } from "../src/evidence/plan.ts";
import { Proof } from "../src/evidence/proof.ts";
import { TaskOutcome } from "../src/evidence/taskOutcome.ts";

/** Documents of the evidence bucket that others read, and what each is. */
const DOCUMENTS: [name: string, title: string, schema: z.ZodType][] = [
  ["plan", "What a run is going to cover: plan.json", Plan],
  ["commit", "The commit of a task: outcomes/<task>.json", TaskOutcome],
  ["manifest", "The seal of a run: manifest.json", Manifest],
  ["link", "A run's sequence number in the chain: runs/chain/<number>.json", ChainLink],
  ["attestation", "What the manifest says as a signed in-toto statement: manifest.intoto.json", Attestation],
  ["key-hand-over", "From a sequence number on another key signs: keys/hand-overs/<number>.json", KeyHandOver],
  ["proof", "The proof of one resource, as itaudit prove writes it", Proof],
];

/** JSON Schemas of the evidence's documents, by file name below docs/evidence. */
export const evidenceSchemas = (): Map<string, string> =>
  new Map(
    DOCUMENTS.map(([name, title, schema]) => [
      `${name}.schema.json`,
      `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: "output" }) }, null, 2)}\n`,
    ]),
  );
