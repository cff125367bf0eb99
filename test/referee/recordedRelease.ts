import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";

/** A resource as `test/upgrade/record.ts` has recorded it. */
interface Recorded {
  urn: string;
  type: string;
  name: string;
  inputs?: Record<string, unknown>;
  retainOnDelete?: boolean;
}

const here = dirname(fileURLToPath(import.meta.url));
const { stacks } = JSON.parse(readFileSync(join(here, "release.json"), "utf8")) as {
  stacks: { name: string; resources: Recorded[] }[];
};
const code = new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset("// of the release") });
const KEY = /arn:aws:kms:[\w-]+:\d{12}:key\/[\w-]+/g;
/** Two of the release's tables of types, which its record leaves out, and the database they are in. */
const CATALOG = [
  { type: "aws:glue/catalogDatabase:CatalogDatabase", name: "audit-catalog", inputs: { name: "audit" } },
  ...["aws_rds_dbinstance", "latest_aws_rds_dbinstance"].map((table) => ({
    type: "aws:glue/catalogTable:CatalogTable",
    name: `audit-catalog-${table}`,
    inputs: { name: table, databaseName: "audit", tableType: "EXTERNAL_TABLE", storageDescriptor: { serDeInfo: {} } },
  })),
];

/** A Pulumi program that registers what a release has registered, under the same URNs. */
function program(): void {
  const { resources } = stacks.find(({ name }) => name === pulumi.getStack())!;
  const [, project] = resources[0]!.urn.split("::");
  const made = new Map<string, pulumi.Resource>();
  let last: pulumi.Resource[] = [];
  let key: pulumi.Output<string> | undefined;
  const custom = ({ type, name, inputs = {}, retainOnDelete = false }: Recorded, parent?: pulumi.Resource): void => {
    // What was drawn by the provider is read off what uses it.
    const bucket = resources.find((each) => each.name === name && each.inputs?.bucket)?.inputs?.bucket;
    const given =
      type === "aws:s3/bucket:Bucket"
        ? { ...inputs, bucket }
        : // By this name the record's attachments know a policy.
          type === "aws:iam/policy:Policy"
          ? { name, ...inputs }
          : inputs;
    const props = Object.entries(given).map(([input, value]) => [
      input,
      // The key's id is drawn anew.
      key && KEY.test(JSON.stringify(value))
        ? key.apply((arn) => JSON.parse(JSON.stringify(value).replace(KEY, arn)))
        : value,
    ]);
    const resource = new (class extends pulumi.CustomResource {})(
      type,
      name,
      {
        ...Object.fromEntries(props),
        ...(type === "aws:lambda/function:Function" ? { code } : {}),
        ...(type === "aws:kms/key:Key" ? { arn: undefined } : {}),
      },
      { ...(parent ? { parent } : {}), dependsOn: last, retainOnDelete },
    );
    if (type === "aws:kms/key:Key") key = (resource as unknown as { arn: pulumi.Output<string> }).arn;
    last = [resource];
  };
  for (const each of resources) {
    const types = each.urn.split("::")[2]!;
    // A URN has its parents' types alone: which of several of a type it is does not show.
    const parent = made.get(types.split("$").slice(0, -1).join("$"));
    if (each.type.startsWith(`${project}:`)) {
      const component = new pulumi.ComponentResource(each.type, each.name, {}, parent ? { parent } : {});
      if (!made.has(types)) made.set(types, component);
      if (each.type.endsWith(":Catalog")) for (const table of CATALOG) custom({ ...table, urn: "" }, component);
    } else custom(each, parent);
  }
}

// biome-ignore lint/style/noDefaultExport: Pulumi runs it
export default program;
