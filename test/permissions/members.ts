import { gunzipSync } from "node:zlib";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { handedIn } from "../../estate/handedIn.ts";
import { createSandbox } from "../../sandbox/core.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { homesOf } from "../../sandbox/estate/regions.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";
import type { StoredBucket } from "../../sandbox/state.ts";
import { Unsigned } from "../../sandbox/unsigned.ts";
import { type Collector, isGlobal, type Service } from "../../src/auditors/collector.ts";
import { accessByRole } from "../../src/collect/accountSession.ts";
import { awsClock } from "../../src/collect/awsClock.ts";
import { runTask } from "../../src/collect/task.ts";
import { bucketStore } from "../../src/evidence/bucketStore.ts";
import type { Item } from "../../src/evidence/item.ts";
import { EVIDENCE_PREFIX } from "../../src/evidence/layout.ts";
import { GLOBAL } from "../../src/evidence/plan.ts";

const ROLE = "reader";
const BUCKET = "evidence";
const SEED = 1;

const linesOf = (object: Uint8Array): string[] => gunzipSync(object).toString().split("\n").filter(Boolean);

/** Members whose role may do what a policy says, and a way to read them with some of a service's collectors. */
export function members() {
  let clock = Date.UTC(2026, 10, 24);
  const invoke = { now: async () => ({ payload: null }), later: () => undefined };
  const now = () => ++clock;
  const { state, iam, handle } = createSandbox(populate(SEED, 12), {
    ...handedIn,
    now,
    random: randomOf("members"),
    invoke,
  });
  // The organization answers its delegated administrator alone.
  const accounts = [...state.members.filter((each) => each.state === "ACTIVE").map(({ id }) => id), AUDIT_ACCOUNT];
  for (const account of accounts) {
    const Arn = `arn:aws:iam::${account}:role/${ROLE}`;
    state.roles.set(Arn, {
      ...[...state.roles.values()][0]!,
      account,
      Arn,
      RoleName: ROLE,
      Path: "/",
      AssumeRolePolicyDocument: JSON.stringify({
        Statement: [
          { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${AUDIT_ACCOUNT}:root` }, Action: "sts:AssumeRole" },
        ],
      }),
      inline: new Map(),
      attached: new Set(),
    });
  }
  const objects: StoredBucket["objects"] = new Map();
  state.buckets.set(BUCKET, {
    name: BUCKET,
    owner: AUDIT_ACCOUNT,
    region: "eu-central-1",
    created: new Date(clock),
    objects,
    uploads: new Map(),
    configuration: new Map(),
  });
  const options = {
    requestHandler: inProcess({ handle }) as never,
    region: "eu-central-1",
    credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" },
    sha256: Unsigned,
  };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const sts = new STSClient(options);

  return {
    accounts,
    grant: (Statement: readonly object[]) => {
      for (const account of accounts)
        state.roles.get(`arn:aws:iam::${account}:role/${ROLE}`)!.inline.set("granted", JSON.stringify({ Statement }));
    },
    /** @returns the outcomes, the items, and the actions that the role was let through with */
    read: async (service: Service, collectors: readonly Collector[], account: string) => {
      iam.used.clear();
      objects.clear();
      const { outcomes } = await runTask({
        clock: awsClock(),
        runId: "01JDT3SAPG0000000000000000",
        date: "2026-11-24",
        task: {
          id: `${service.name}-0000`,
          auditor: service.name,
          group: { index: 0, tasks: 1, of: 1 },
          accounts: [account],
          regions: [
            ...(collectors.every(isGlobal) ? [] : homesOf(SEED, account)),
            ...(collectors.some(isGlobal) ? [GLOBAL] : []),
          ],
        },
        attempt: "a",
        auditor: { name: service.name, services: [{ ...service, collectors }] },
        account: AUDIT_ACCOUNT,
        access: accessByRole(sts, { partition: "aws", roleName: ROLE, externalId: "an-external-id" }),
        evidence: bucketStore(s3, BUCKET),
        homeRegion: "eu-central-1",
        digestKey: "key",
        apiShare: 1,
        client: () => options,
        deadline: new AbortController().signal,
        now,
        wait: async () => undefined,
      });
      const used = new Set(
        [...iam.used].flatMap((entry) => (entry.startsWith(`${ROLE} `) ? entry.split(" ")[2]! : [])),
      );
      const items = [...objects].flatMap(([key, [version]]) =>
        key.startsWith(EVIDENCE_PREFIX) ? linesOf(version!.body).map((line) => JSON.parse(line) as Item) : [],
      );
      return { outcomes, used, items };
    },
  };
}
