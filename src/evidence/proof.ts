import { createGunzip } from "node:zlib";
import * as z from "zod";
import type { Item } from "./item.ts";
import { manifestKey, signatureKey } from "./layout.ts";
import { Manifest } from "./manifest.ts";
import { inclusionPath, leafHash, rootFrom } from "./merkle.ts";
import type { EvidenceObject } from "./outcome.ts";
import { sha256 } from "./plan.ts";
import type { TrustedKeys } from "./publicKeys.ts";
import { readCommit } from "./readCommits.ts";
import type { EvidenceSource } from "./source.ts";
import { TaskOutcome } from "./taskOutcome.ts";
import { parseDocument } from "./verification/document.ts";
import { signatureFits } from "./verification/signatureCheck.ts";

export const PROOF_FORMAT = "audit-ecosystem/proof/1";

const Hash = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits are expected");

/**
 * That one resource was sealed as it stands here, without the rest of the run: its line leads by the path to the root
 * that the commit names, the commit's hash stands in the manifest, and the manifest is signed. Nothing else of the run
 * is told but what the commit and the manifest hold: accounts, regions, counts and names of objects.
 */
export const Proof = z.object({
  format: z.literal(PROOF_FORMAT),
  /** The line of the evidence object, without its break. */
  item: z.string(),
  /** Key of the object, and the line's number in it, from 0. */
  object: z.string(),
  index: z.number().int().nonnegative(),
  /** Hashes beside the way from the line to the root, the line's neighbour first. */
  path: z.array(Hash),
  task: z.string(),
  /** The text of the commit, and of the manifest, as they stand. */
  commit: z.string(),
  manifest: z.string(),
  /** Base64 of the signature. */
  signature: z.string(),
});
export type Proof = z.infer<typeof Proof>;

/** Nothing can be proven: there is no such resource, or the evidence does not carry what a proof is made of. */
export class NoProof extends Error {}
/** The run holds no such resource; another may. */
export class NoSuchResource extends NoProof {}

/**
 * Proves the items of a resource in a run: one, or as many as regions and types hold it.
 * @param arn of the resource, or its id where it has no ARN; without its type, every object of the run is read
 * @throws NoProof
 */
export async function prove(
  source: EvidenceSource,
  { run, date }: { run: string; date: string },
  { arn, type }: { arn: string; type?: string | undefined },
): Promise<Proof[]> {
  const key = manifestKey(run, date);
  const [manifest, signature] = [await source.read(key), await source.read(signatureKey(run, date))];
  if (!manifest) throw new NoProof(`there is no ${key}: run ${run} is not sealed`);
  if (!signature) throw new NoProof(`run ${run} is not signed: nothing would show who sealed it`);
  const parsed = parseDocument(manifest, Manifest);
  if ("problem" in parsed) throw new NoProof(`${key}: ${parsed.problem}`);
  const proofs: Proof[] = [];
  for (const task of parsed.value.tasks) {
    const { objects } = await readCommit(source, task);
    const commit = async () => Buffer.from((await source.read(task.key)) ?? "").toString("utf8");
    for (const object of objects.filter((each) => type === undefined || each.resource_type === type))
      for (const { item, index, path } of await linesOf(source, object, arn))
        proofs.push({
          format: PROOF_FORMAT,
          item,
          object: object.key,
          index,
          path,
          task: task.task,
          commit: await commit(),
          manifest: parsed.text,
          signature: Buffer.from(signature).toString("base64"),
        });
  }
  if (!proofs.length) throw new NoSuchResource(`run ${run} holds no resource ${arn}`);
  return proofs;
}

/** The lines of an object that are of a resource, with their ways to the root. */
async function linesOf(source: EvidenceSource, object: EvidenceObject, arn: string) {
  const stream = await source.open(object.key);
  if (!stream) throw new NoProof(`${object.key} is not there. itaudit verify names everything that is missing`);
  const leaves: Buffer[] = [];
  const found: { item: string; index: number }[] = [];
  const line = (text: string) => {
    if (text.includes(JSON.stringify(arn)) && isOf(text, arn)) found.push({ item: text, index: leaves.length });
    leaves.push(leafHash(text));
  };
  const gunzip = createGunzip();
  stream.once("error", (error) => gunzip.destroy(error));
  let rest = Buffer.alloc(0);
  for await (const chunk of stream.pipe(gunzip) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10, start)) {
      line(rest.subarray(start, at).toString("utf8"));
      start = at + 1;
    }
    rest = rest.subarray(start);
  }
  if (found.length && object.merkle_root === undefined)
    throw new NoProof(`${object.key} was sealed before commits held a tree of lines: the whole object is its proof`);
  return found.map(({ item, index }) => ({
    item,
    index,
    path: inclusionPath(leaves, index).map((hash) => hash.toString("hex")),
  }));
}

function isOf(line: string, arn: string): boolean {
  const item = JSON.parse(line) as Partial<Item>;
  return item.arn === arn || item.resource_id === arn;
}

/** What a proof shows. */
export interface Proven {
  item: Item;
  run_id: string;
  sequence: number;
  sealed_at: string;
  /** SHA-256 of the manifest, as the head of a chain names it. */
  manifest_sha256: string;
  holder: "deployment" | "desk";
}

/** Checks a proof with a key that was given by another way. @returns what it shows, or why it shows nothing */
export async function checkProof(proof: Proof, keys: TrustedKeys): Promise<Proven | { problem: string }> {
  const manifest = parseDocument(Buffer.from(proof.manifest), Manifest);
  if ("problem" in manifest) return { problem: `manifest: ${manifest.problem}` };
  const { value: seal } = manifest;
  const named = seal.signing_key;
  const key = named && (await keys(named.sha256));
  if (!named || !key) return { problem: `the manifest's key, ${named?.sha256 ?? "none"}, is not among those given` };
  const refusal = keys.refusal?.(named.sha256, seal.sequence);
  if (refusal) return { problem: refusal };
  const signature = Buffer.from(proof.signature, "base64");
  const isInOneForm = signature.toString("base64") === proof.signature;
  if (!isInOneForm || !signatureFits(seal.format, key, Buffer.from(proof.manifest), signature))
    return { problem: "the signature is not that of the manifest" };
  const entry = seal.tasks.find(({ task }) => task === proof.task);
  if (entry?.sha256 !== sha256(proof.commit)) return { problem: `the manifest names no such commit of ${proof.task}` };
  const commit = parseDocument(Buffer.from(proof.commit), TaskOutcome);
  if ("problem" in commit) return { problem: `commit: ${commit.problem}` };
  const object = commit.value.objects.find((each) => each.key === proof.object);
  if (!object?.merkle_root) return { problem: `the commit names no tree of lines of ${proof.object}` };
  const path = proof.path.map((hash) => Buffer.from(hash, "hex"));
  const root = rootFrom(leafHash(proof.item), proof.index, object.items, path);
  if (root?.toString("hex") !== object.merkle_root)
    return { problem: `the line does not lead to the root of ${proof.object}` };
  return {
    item: JSON.parse(proof.item) as Item,
    run_id: seal.run_id,
    sequence: seal.sequence,
    sealed_at: seal.sealed_at,
    manifest_sha256: sha256(proof.manifest),
    holder: named.holder ?? "deployment",
  };
}
