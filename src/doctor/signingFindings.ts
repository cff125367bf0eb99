import { type CloudTrailClient, paginateLookupEvents } from "@aws-sdk/client-cloudtrail";
import { HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import pLimit from "p-limit";
import * as z from "zod";
import { attestationKey, checkpointKey, keyHandOverKey, signatureKey } from "../evidence/layout.ts";
import type { Manifest } from "../evidence/manifest.ts";
import { codeOf } from "./asking.ts";
import { type Finding, note, ok, problem } from "./finding.ts";

const MINUTE = 60_000;
/** Milliseconds from a signature by KMS until its object stands: as long as a sealer may run, and a clock's seconds. */
const WRITTEN_WITHIN = 16 * MINUTE;
/** Milliseconds until CloudTrail shows an event; on average it takes five minutes. */
const SHOWN_WITHIN = 30 * MINUTE;
const HEADS_AT_ONCE = 8;

/** A signature that lies in the bucket. */
export interface StoredSignature {
  key: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** A use of the signing key, as CloudTrail tells it. */
export interface SignEvent {
  id: string;
  at: number;
  /** ARN of the role or user that signed. */
  by: string;
}

/**
 * Compares what the key has signed with the signatures of the chain: whoever else signs, or signs a second history,
 * leaves an event that nothing in the bucket explains.
 * @param signer ARN of the sealer's role
 * @param now milliseconds since the epoch
 */
export function signingFindings(
  events: readonly SignEvent[],
  signatures: readonly StoredSignature[],
  signer: string,
  now: number,
): Finding[] {
  const strangers = events.filter(({ by }) => by !== signer);
  const left = events.filter(({ by }) => by === signer).sort((a, b) => a.at - b.at);
  const unseen: StoredSignature[] = [];
  let early = 0;
  for (const each of [...signatures].sort((a, b) => a.at - b.at)) {
    const index = left.findIndex(({ at }) => isOf(at, each));
    if (index >= 0) left.splice(index, 1);
    else if (each.at < now - SHOWN_WITHIN) unseen.push(each);
    else early += 1;
  }
  const repeated = left.filter(({ at }) => signatures.some((each) => isOf(at, each)));
  const unexplained = left.filter((each) => !repeated.includes(each) && each.at < now - WRITTEN_WITHIN);
  const findings = [
    ...someOf(strangers, ({ id, at, by }) => ({
      message: `${by} signed with the key at ${timeOf(at)}`,
      remedy: `only the sealer signs: find out why (CloudTrail event ${id}), and compare the chain's head with one that you kept: itaudit verify --head`,
    })),
    ...someOf(unexplained, ({ id, at }) => ({
      message: `the sealer signed at ${timeOf(at)}, and no signature in the bucket is of that time`,
      remedy: `find out what was signed (CloudTrail event ${id}); another history may exist: itaudit verify --head with one that you kept`,
    })),
    ...someOf(unseen, ({ key, at }) => ({
      message: `${key} was written at ${timeOf(at)}, and CloudTrail's event history shows no use of the key for it`,
      remedy: "find out in CloudTrail who wrote it (S3 data events); itaudit verify tells whether it fits",
    })),
  ];
  if (findings.length) return findings;
  return [
    ok("signatures", `${signatures.length - early}, each a use of the key by the sealer in CloudTrail`),
    ...(early ? [note("signatures", `${early} of the last half hour, of which CloudTrail may not tell yet`)] : []),
    ...(repeated.length
      ? [
          note(
            "signatures",
            `${repeated.length} uses of the key beside them, minutes before a signature was written: a sealer that died leaves such a one, and so does who signs another history then`,
          ),
        ]
      : []),
  ];
}

/** Findings of one kind that are told one by one. */
const TOLD_AT_MOST = 5;

/** The first findings of a kind, and how many more there are. */
function someOf<T>(all: readonly T[], say: (each: T) => { message: string; remedy: string }): Finding[] {
  return all.slice(0, TOLD_AT_MOST).map((each, index) => {
    const { message, remedy } = say(each);
    const more = index === TOLD_AT_MOST - 1 ? all.length - TOLD_AT_MOST : 0;
    return problem("signatures", more ? `${message}; and ${more} more like it` : message, remedy);
  });
}

/** Whether a use of the key can have made a signature: S3 tells whole seconds. */
const isOf = (at: number, signature: StoredSignature): boolean =>
  signature.at >= at - 2000 && signature.at <= at + WRITTEN_WITHIN;

const timeOf = (at: number): string => new Date(at).toISOString();

/** When the signatures of runs were written, as S3 says. */
export async function storedSignatures(
  s3: S3Client,
  bucket: string,
  runs: readonly Manifest[],
): Promise<StoredSignature[]> {
  const limit = pLimit(HEADS_AT_ONCE);
  const keys = runs.flatMap(({ run_id, run_date, sequence, attestation, signing_key }) => [
    signatureKey(run_id, run_date),
    ...(attestation ? [attestationKey(run_id, run_date)] : []),
    // Only where there are witnesses.
    checkpointKey(sequence),
    ...(signing_key?.replaces ? [keyHandOverKey(sequence)] : []),
  ]);
  const requests = keys.map((Key) =>
    limit(async () => {
      const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key })).catch((error: unknown) => {
        if (/^(NotFound|NoSuchKey)$/.test(codeOf(error))) return undefined;
        throw error;
      });
      return head?.LastModified ? [{ key: Key, at: head.LastModified.getTime() }] : [];
    }),
  );
  return (await Promise.all(requests)).flat();
}

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/ct-sign.html */
const Detail = z.object({
  userIdentity: z.object({
    arn: z.string().optional(),
    sessionContext: z.object({ sessionIssuer: z.object({ arn: z.string() }).optional() }).optional(),
  }),
  resources: z.array(z.object({ ARN: z.string() })).optional(),
  errorCode: z.string().optional(),
});

/**
 * Uses of a key since a time, by CloudTrail's event history of its region.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export async function signEvents(client: CloudTrailClient, keyArn: string, since: number): Promise<SignEvent[]> {
  const events: SignEvent[] = [];
  const request = {
    LookupAttributes: [{ AttributeKey: "EventName" as const, AttributeValue: "Sign" }],
    StartTime: new Date(since),
  };
  for await (const { Events = [] } of paginateLookupEvents({ client, pageSize: 50 }, request))
    for (const { EventId = "", EventTime, CloudTrailEvent = "{}" } of Events) {
      const { userIdentity, resources = [], errorCode } = Detail.parse(JSON.parse(CloudTrailEvent));
      if (errorCode || !EventTime || !resources.some(({ ARN }) => ARN === keyArn)) continue;
      const by =
        userIdentity.sessionContext?.sessionIssuer?.arn ?? userIdentity.arn ?? "somebody whom it does not name";
      events.push({ id: EventId, at: EventTime.getTime(), by });
    }
  return events;
}
