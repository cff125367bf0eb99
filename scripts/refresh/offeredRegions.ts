import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { isGlobal, type SdkClient } from "../../src/auditors/collector.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";

/*
 * Takes src/collect/facts/offeredRegions.ts from AWS's own Python SDK, and the day on which it was released:
 *
 *   pip download botocore --no-deps --dir /tmp/botocore && unzip -q /tmp/botocore/*.whl -d /tmp/botocore
 *   npx tsx scripts/refresh/offeredRegions.ts /tmp/botocore 2026-11-20
 */

const [folder, taken] = process.argv.slice(2);
if (!folder || !/^\d{4}-\d\d-\d\d$/.test(taken ?? ""))
  throw new Error("name the folder of botocore, unpacked, and the day of its release");

/** Partitions that anybody can have an account in. */
const PARTITIONS = ["aws", "aws-cn", "aws-us-gov", "aws-eusc"];

const Endpoints = z.object({
  partitions: z.array(
    z.object({
      partition: z.string(),
      regions: z.record(z.string(), z.unknown()),
      services: z.record(z.string(), z.object({ endpoints: z.record(z.string(), z.unknown()).default({}) })),
    }),
  ),
});
const Model = z.object({ metadata: z.object({ serviceId: z.string(), endpointPrefix: z.string() }) });

const data = join(folder, "botocore/data");
const { partitions } = Endpoints.parse(JSON.parse(readFileSync(join(data, "endpoints.json"), "utf8")));
const [version] = readdirSync(folder).flatMap((name) => /^botocore-(.+)\.dist-info$/.exec(name)?.[1] ?? []);

/** Prefixes of the services' endpoints, by which the file names them, by the SDK's id of the service. */
const prefixes = new Map(
  readdirSync(data, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .flatMap(({ name: service }) => {
      const latest = readdirSync(join(data, service)).sort().at(-1)!;
      const files = readdirSync(join(data, service, latest));
      const file = files.find((each) => each.startsWith("service-2.json"));
      if (!file) return [];
      const bytes = readFileSync(join(data, service, latest, file));
      const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
      const { serviceId, endpointPrefix } = Model.parse(JSON.parse(text)).metadata;
      return [[serviceId, endpointPrefix] as const];
    }),
);

/** Services that are asked in each region. */
const services = new Set<string>();
for (const { services: declared } of await loadAuditors())
  for (const { client: Client, collectors } of declared) {
    const regional = collectors.filter((each) => !isGlobal(each));
    for (const SomeClient of new Set(regional.map(({ listing }) => listing.client ?? Client))) {
      const client: SdkClient = new SomeClient({ region: "us-east-1" });
      services.add(client.config.serviceId);
    }
  }

const open = partitions.filter(({ partition }) => PARTITIONS.includes(partition));
const regions = open.flatMap((each) => Object.keys(each.regions));
const lacking: Record<string, string[]> = {};
for (const { regions: own, services: listed } of open) {
  for (const service of [...services].sort()) {
    const prefix = prefixes.get(service) ?? "";
    // What the file does not know is newer than it.
    if (!open.some((each) => prefix in each.services)) continue;
    const there = Object.keys(listed[prefix]?.endpoints ?? {}).filter((region) => region in own);
    // What it has in a partition and in none of its regions is not told apart by region.
    if (prefix in listed && !there.length) continue;
    const missing = Object.keys(own).filter((region) => !there.includes(region));
    if (missing.length) lacking[service] = [...(lacking[service] ?? []), ...missing];
  }
}

const rows = Object.entries(lacking).flatMap(([service, missing]) => missing.map((region) => [service, region]));
writeFileSync(
  "src/collect/facts/offeredRegions.ts",
  `/**
 * Regions in which AWS does not offer a service, by the list of endpoints of AWS's own Python SDK, which is not whole:
 * what has no row may be offered or not. Made by scripts/refresh/offeredRegions.ts.
 */
export const offeredRegions = {
  name: "offered_regions",
  page: "https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html",
  source: "botocore ${version}, botocore/data/endpoints.json (Apache-2.0)",
  taken: "${taken}",
  columns: ["service", "region"],
  /** Regions that the list knows. */
  regions: ${JSON.stringify(regions)},
  rows: ${JSON.stringify(rows)},
} as const satisfies {
  name: string;
  page: string;
  source: string;
  taken: string;
  columns: readonly string[];
  regions: readonly string[];
  rows: readonly (readonly string[])[];
};
`,
);
process.stdout.write(`${rows.length} rows of ${Object.keys(lacking).length} services\n`);
