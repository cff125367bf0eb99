import { mkdirSync, writeFileSync } from "node:fs";
import { deploy } from "../../estate/deploy.ts";
import { handedIn } from "../../estate/handedIn.ts";
import packageJson from "../../package.json" with { type: "json" };
import { createSandbox } from "../../sandbox/core.ts";
import type { Registered } from "../../sandbox/deploy/registered.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { systemOver } from "../stories/system.ts";
import { recordColumnTypes } from "./columnTypes.ts";

/**
 * Records what the version at hand deploys, and the evidence of a run of it. To be run once, when it is released:
 * `npm run record:release`. The tests beside it deploy the program of their day over every record.
 */

/** The stacks whose resources are recorded: `test/upgrade/` deploys the program of today over them. */
const STACKS = [
  {
    name: "audit",
    account: AUDIT_ACCOUNT,
    config: { kind: "audit", accounts: "111111111111,222222222222", auditors: "rds,iam" },
  },
  {
    name: "member",
    account: "111111111111",
    config: { kind: "member", auditAccountId: AUDIT_ACCOUNT, auditors: "rds,iam" } as Record<string, string>,
  },
];
/** Derived from the evidence, and made anew at will. */
const DERIVED = /^aws:(glue|athena)\//;

const invoke = { now: async () => ({ payload: null }), later: () => undefined };
const now = () => Date.UTC(2026, 10, 24);
const sandbox = createSandbox(populate(1, 2), { ...handedIn, now, random: randomOf("release"), invoke });
const stacks: object[] = [];
let externalId = "";
for (const { name, account, config } of STACKS) {
  const resources: Registered[] = [];
  const whole = { ...config, ...(name === "member" ? { externalId } : {}) };
  const stack = { name, account, config: whole };
  const outputs = await deploy({ requestHandler: inProcess(sandbox) }, "eu-central-1", stack, (each) =>
    resources.push(each),
  );
  externalId ||= String(outputs.externalId);
  stacks.push({
    ...stack,
    resources: resources
      .filter(({ type }) => !DERIVED.test(type))
      .map(({ urn, type, name: logical, inputs: { code: _bundle, ...inputs }, retainOnDelete }) => ({
        urn,
        type,
        name: logical,
        ...(type.startsWith("aws:") || type.startsWith("random:") ? { inputs } : {}),
        ...(retainOnDelete ? { retainOnDelete } : {}),
      })),
  });
}

const system = systemOver(sandbox.state);
await system.run("audit-boss", { accounts: ["111111111111"], auditors: ["iam"], regions: ["eu-central-1"] });
if (system.trouble.length) throw new Error(system.trouble.join("\n"));
const { state } = system.sandbox;
const bucket = [...state.buckets.values()].find(({ owner }) => owner === AUDIT_ACCOUNT)!;
const evidence = [...bucket.objects].flatMap(([key, versions]) =>
  key.startsWith("tables/") ? [] : [[key, Buffer.from(versions.at(-1)!.body).toString("base64")]],
);
const key = [...state.keys.values()].find(({ account }) => account === AUDIT_ACCOUNT)!;
const folder = "test/upgrade/releases";
mkdirSync(folder, { recursive: true });
const file = `${folder}/${packageJson.version}.json`;
writeFileSync(
  file,
  `${JSON.stringify(
    {
      version: packageJson.version,
      stacks,
      evidence: Object.fromEntries(evidence),
      signingKey: Buffer.from(key.privateKey!).toString("base64"),
    },
    null,
    1,
  )}\n`,
);
recordColumnTypes(packageJson.version, catalogOf(await loadAuditors()).tables);
process.stdout.write(`${file}: ${stacks.length} stacks, ${evidence.length} objects\n`);
