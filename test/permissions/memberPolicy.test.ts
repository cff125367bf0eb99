import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { type Collector, isGlobal, readsOf, type Service } from "../../auditors/collector.ts";
import { memberPolicyDocuments } from "../../auditors/policy.ts";
import { loadServices, serviceNames } from "../../auditors/registry.ts";
import { runTask } from "../../collect/task.ts";
import type { Outcome } from "../../evidence/outcome.ts";
import { GLOBAL } from "../../evidence/plan.ts";
import { createSandbox } from "../../sandbox/core.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { homesOf } from "../../sandbox/estate/regions.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";

const ROLE = "reader";
const BUCKET = "evidence";
const SEED = 1;

/** Members whose role may do what a policy says, and a way to read them with some of a service's collectors. */
function members() {
  let clock = Date.UTC(2026, 10, 24);
  const invoke = { now: async () => ({ payload: null }), later: () => undefined };
  const now = () => ++clock;
  const { state, iam, handle } = createSandbox(populate(SEED, 12), { now, random: randomOf("members"), invoke });
  const accounts = state.members.filter((each) => each.state === "ACTIVE").map(({ id }) => id);
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
  state.buckets.set(BUCKET, {
    name: BUCKET,
    owner: AUDIT_ACCOUNT,
    region: "eu-central-1",
    created: new Date(clock),
    objects: new Map(),
    uploads: new Map(),
    configuration: new Map(),
  });
  const options = {
    requestHandler: inProcess({ handle }) as never,
    region: "eu-central-1",
    credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" },
  };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const sts = new STSClient(options);

  return {
    accounts,
    grant: (actions: readonly string[]) => {
      const Statement = [{ Sid: "Granted", Effect: "Allow", Action: actions, Resource: "*" }];
      for (const account of accounts)
        state.roles.get(`arn:aws:iam::${account}:role/${ROLE}`)!.inline.set("granted", JSON.stringify({ Statement }));
    },
    /** @returns the outcomes, and the actions that the role was let through with */
    read: async (service: Service, collectors: readonly Collector[], account: string) => {
      iam.used.clear();
      const { outcomes } = await runTask({
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
        role: { partition: "aws", roleName: ROLE, externalId: "an-external-id" },
        bucket: BUCKET,
        s3,
        sts,
        homeRegion: "eu-central-1",
        digestKey: "key",
        client: () => options,
        deadline: new AbortController().signal,
        now,
      });
      const used = new Set(
        [...iam.used].flatMap((entry) => (entry.startsWith(`${ROLE} `) ? entry.split(" ")[2]! : [])),
      );
      return { outcomes, used };
    },
  };
}

const denied = (outcomes: readonly Outcome[]): string[] => [
  ...new Set(outcomes.flatMap(({ errors }) => errors.flatMap(({ action }) => (action ? [action] : [])))),
];

describe("the member policy generated for", () => {
  for (const name of serviceNames) {
    it(`${name} has what its calls need and nothing spare; an outcome names exactly the action that is taken away`, async () => {
      const [service] = await loadServices([name]);
      const { collectors } = service!;
      const granted = memberPolicyDocuments([{ name, services: [service!] }]).flatMap(({ document }) =>
        document.Statement.flatMap(({ Action }) => Action),
      );
      const { accounts, grant, read } = members();
      grant(granted);
      const usedIn = new Map<string, string>();
      for (const account of accounts) {
        if (usedIn.size === granted.length) break;
        const { outcomes, used } = await read(service!, collectors, account);
        expect(denied(outcomes), `missing in ${account}`).to.deep.equal([]);
        for (const action of used) if (!usedIn.has(action)) usedIn.set(action, account);
      }
      expect(
        granted.filter((action) => !usedIn.has(action)),
        "spare, or the estate has nothing to read with it",
      ).to.deep.equal([]);
      for (const action of granted) {
        const asking = collectors.filter((each) => readsOf(each).some(({ actions }) => actions.includes(action)));
        grant(granted.filter((each) => each !== action));
        // Which regions are open is asked before any regional collector.
        const asked = asking.length ? asking : collectors.filter((each) => !isGlobal(each)).slice(0, 1);
        const { outcomes } = await read(service!, asked, usedIn.get(action)!);
        expect(denied(outcomes), `without ${action}`).to.deep.equal([action]);
      }
    });
  }
});
