import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { type Control, loadControls } from "../../src/controls/control.ts";
import { VERDICT_STATUSES, type Verdict, type VerdictStatus } from "../../src/controls/verdict.ts";
import type { Item } from "../../src/evidence/item.ts";
import type { Outcome } from "../../src/evidence/outcome.ts";
import { GLOBAL } from "../../src/evidence/plan.ts";
import { type DuckDBEngine, duckDBEngine } from "../../src/query/duckdb.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { FIRST_RUN, writeRun } from "../tables/sealedFolder.ts";
import { everyVerdict } from "./everyVerdict.ts";

const Status = z.enum(VERDICT_STATUSES);
/** A resource: its configuration, and marks that begin with `$`. */
const Resource = z.looseObject({
  $type: z.string().optional(),
  $id: z.string().optional(),
  $arn: z.string().optional(),
  $region: z.string().optional(),
  /** Detail operations that did not answer. */
  $unread: z.array(z.string()).default([]),
});
type Resource = z.infer<typeof Resource>;
const Account = z.strictObject({
  items: z.array(Resource).default([]),
  /** Types whose listing was denied. */
  denied: z.array(z.string()).default([]),
});

/** Evidence, a control or some that are asked of it, and the verdicts that are right. */
const VerdictCase = z.strictObject({
  label: z.string().min(1),
  control: z.union([z.string(), z.array(z.string()).min(1)]).transform((control) => [control].flat()),
  why: z.string().optional(),
  /** Of the first account, 111111111111. */
  items: Account.shape.items.optional(),
  denied: Account.shape.denied.optional(),
  /** 111111111111, 222222222222 and so on. */
  accounts: z.array(Account).optional(),
  regions: z.array(z.string()).default(["eu-central-1"]),
  /** Types that were asked for, besides those that the controls need and those there are items of. */
  alsoRead: z.array(z.string()).default([]),
  /** By resource id, or by the first digits of an account; of several verdicts each is right. */
  want: z.record(
    z.coerce.string(),
    z.union([Status, z.array(Status).min(1)]).transform((status) => [status].flat()),
  ),
});
export type VerdictCase = z.infer<typeof VerdictCase>;

/** @throws where a case is not of the format */
export async function readVerdictCases(path: string): Promise<VerdictCase[]> {
  return z.array(VerdictCase).parse(parse(await readFile(path, "utf8")), { error: () => path });
}

/** `$json`, `$urljson` and `$b64` are what the evidence has as JSON text, URL-encoded JSON and base64. */
function asEvidence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asEvidence);
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value);
  const [name, inner] = members.length === 1 ? members[0]! : [];
  if (name === "$json") return JSON.stringify(inner);
  if (name === "$urljson") return encodeURIComponent(JSON.stringify(inner));
  if (name === "$b64") return Buffer.from(typeof inner === "string" ? inner : JSON.stringify(inner)).toString("base64");
  return Object.fromEntries(members.map(([member, each]) => [member, asEvidence(each)]));
}

const catalog = catalogOf(await loadAuditors());
const covered = Object.values(catalog.auditors).flat();
const isGlobal = (type: string) => covered.some((each) => each.type === type && each.global);
const isRegional = (type: string) => covered.some((each) => each.type === type && !each.global);
const controls = await loadControls();

function itemOf(one: Resource, of: Control, at: number, account: string, region: string): Partial<Item> {
  const type = one.$type ?? of.resource;
  const id = one.$id ?? `it-${at}`;
  const configuration = Object.fromEntries(Object.entries(one).filter(([name]) => !/^\$(?!json$)/.test(name)));
  return {
    account_id: account,
    resource_type: type,
    resource_id: id,
    arn: one.$arn ?? `arn:aws:test:::${id}`,
    name: id,
    region: one.$region ?? (isRegional(type) ? region : GLOBAL),
    configuration: asEvidence(configuration) as Item["configuration"],
    ...(one.$unread.length ? { unread: Object.fromEntries(one.$unread.map((read) => [read, "AccessDenied"])) } : {}),
  };
}

/** Writes a run that has a case's evidence, and asks some controls of it. */
async function askedOf(each: VerdictCase, asked: readonly Control[]): Promise<Verdict[]> {
  const accounts = each.accounts ?? [Account.parse({ items: each.items ?? [], denied: each.denied ?? [] })];
  const idOf = (index: number) => String(index + 1).repeat(12);
  const items = accounts.flatMap((account, index) =>
    account.items.map((one, at) => itemOf(one, asked[0]!, at, idOf(index), each.regions[0]!)),
  );
  const types = new Set([
    ...asked.flatMap(({ resource, needs }) => [resource, ...needs]),
    ...items.map(({ resource_type }) => resource_type!),
    ...each.alsoRead,
  ]);
  const deniedOf = new Map(accounts.map(({ denied }, index) => [idOf(index), denied]));
  const outcome = ({ account_id, region }: { account_id: string; region: string }) => {
    const counts: Record<string, number> = {};
    const errors: Outcome["errors"] = [];
    for (const type of [...types].filter(region === GLOBAL ? isGlobal : isRegional))
      if (deniedOf.get(account_id)!.includes(type))
        errors.push({
          operation: "List",
          resource_type: type,
          status: "denied",
          incomplete: "resources",
          code: "AccessDenied",
          message: "no",
          times: 1,
        });
      else
        counts[type] = items.filter(
          (item) => item.resource_type === type && item.account_id === account_id && item.region === region,
        ).length;
    return { status: errors.length ? ("denied" as const) : ("collected" as const), counts, errors };
  };
  const folder = await mkdtemp(join(tmpdir(), "cases-"));
  let engine: DuckDBEngine | undefined;
  try {
    const auditor = { name: "all", global: [...types].filter(isGlobal), regional: [...types].filter(isRegional) };
    await writeRun(folder, {
      accounts: [...deniedOf.keys()],
      regions: each.regions,
      auditors: [auditor],
      items,
      outcome,
    });
    const objects = folderObjects(folder);
    const small = { ...catalog, tables: catalog.tables.filter(({ resourceType }) => types.has(resourceType)) };
    await tabulate(objects, (await readSealedRun(objects, FIRST_RUN, "2026-11-24"))!, small);
    engine = await duckDBEngine({ folder, catalog });
    const verdicts: Verdict[] = [];
    for await (const verdict of everyVerdict(engine, asked)) verdicts.push(verdict);
    return verdicts;
  } finally {
    await engine?.close();
    await rm(folder, { recursive: true });
  }
}

/** A verdict of a case, and what would be right. */
export interface Judged {
  label: string;
  control: string;
  /** Of the resource, or the first digits of the account. */
  about: string;
  want: readonly VerdictStatus[];
  got: VerdictStatus;
  reason: string | null;
}

/** Out of scope is not applicable; where the place as a whole is not known, so is the resource. */
function statusOf(verdicts: readonly Verdict[], about: string): Pick<Judged, "got" | "reason"> {
  const ofAccount = /^\d{3}$/.test(about);
  const own = verdicts.filter(({ account_id, resource }) =>
    ofAccount ? account_id.startsWith(about) : resource?.resource_id === about,
  );
  const told = own.length ? own : verdicts.filter(({ resource, status }) => !resource && status === "unknown");
  const found = VERDICT_STATUSES.map((status) => told.find((each) => each.status === status)).find(Boolean);
  return { got: found?.status ?? "not-applicable", reason: found?.reason ?? null };
}

/** Asks each control of a case. @throws where there is no such control, and where nothing is asked */
export async function judge(each: VerdictCase): Promise<Judged[]> {
  const asked = each.control.map((id) => {
    const control = controls.find((one) => one.id === id);
    if (!control) throw new Error(`${each.label}: there is no control ${id}`);
    return control;
  });
  const verdicts = await askedOf(each, asked);
  const typesOf = (about: string) =>
    [each.items ?? [], ...(each.accounts ?? []).map(({ items }) => items)]
      .flat()
      .filter(({ $id }, at) => ($id ?? `it-${at}`) === about)
      .map(({ $type }) => $type ?? asked[0]!.resource);
  return asked.flatMap(({ id, resource }) =>
    Object.entries(each.want)
      // Resources of another type are no matter of this control.
      .filter(([about]) => !typesOf(about).length || typesOf(about).includes(resource))
      .map(([about, want]) => ({
        label: each.label,
        control: id,
        about,
        want,
        ...statusOf(
          verdicts.filter(({ control }) => control === id),
          about,
        ),
      })),
  );
}
