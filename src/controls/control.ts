import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { sha256 } from "../evidence/plan.ts";
import { withFacts } from "./facts/facts.ts";
import { fillTemplate, readTemplate, TemplateValues } from "./template.ts";

/** From the worst on. */
export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Frameworks that controls are mapped to, by the number of the requirement alone. */
export const FRAMEWORKS = {
  "cis-v3": "CIS AWS Foundations Benchmark v3.0",
  "cis-v5": "CIS AWS Foundations Benchmark v5.0",
  fsbp: "AWS Foundational Security Best Practices",
  "pci-dss-4": "PCI DSS 4.0",
  "soc-2": "SOC 2 Trust Services Criteria",
  "iso-27001": "ISO/IEC 27001:2022, Annex A",
} as const;
export type Framework = keyof typeof FRAMEWORKS;

const ResourceType = z.string().regex(/^AWS::\w+::\w+$/, "a resource type is written AWS::RDS::DBInstance");
// YAML reads 2.10 as the number 2.1: a requirement is text.
const Requirement = z.string("put quotes around the number of a requirement: YAML reads 2.10 as 2.1").min(1);

/** What stands in the comment at the head of a control's file. */
const Head = z.strictObject({
  title: z.string().min(10).describe("what holds where it passes, as a sentence"),
  severity: z.enum(SEVERITIES),
  resource: ResourceType.describe("the type it is about: where that was not listed, nothing is known"),
  per: z
    .enum(["resource", "region", "account"])
    .default("resource")
    .describe("what gets a verdict; a region or an account where it is about what is missing"),
  needs: z.array(ResourceType).default([]).describe("other types without which there is no verdict"),
  "needs-to-fail": z
    .array(ResourceType)
    .default([])
    .describe(
      "types, of needs or others, without which nothing fails: what stands there could excuse it; what passes needs them not",
    ),
  reads: z
    .array(z.string().regex(/^[A-Z]\w+$/, "an operation is written GetBucketPolicy"))
    .default([])
    .describe("detail operations without whose answer there is no verdict"),
  "config-rule": z
    .boolean()
    .default(false)
    .describe("whether one configuration item of AWS Config answers it, so that it can be a rule there"),
  rationale: z.string().min(20),
  remedy: z.string().min(10),
  mappings: z
    .strictObject(
      Object.fromEntries(Object.keys(FRAMEWORKS).map((name) => [name, z.array(Requirement).min(1).optional()])) as {
        [name in Framework]: z.ZodOptional<z.ZodArray<typeof Requirement>>;
      },
    )
    .default({}),
  "in-part": z
    .record(z.string().regex(/^[\w-]+ \S+$/, "a requirement is written cis-v5 2.1.2"), z.string().min(10))
    .default({})
    .describe("mapped requirements that ask for more than the query does, and what is missing"),
  template: z.string().optional().describe("the query that it shares with other controls, in place of one of its own"),
  values: TemplateValues.default({}).describe("what the template asks for beside the resource"),
});

/** A control: what must hold, why, and the query that tells. */
export interface Control extends z.infer<typeof Head> {
  /** The file's name without `.sql`. */
  id: string;
  /** Service, which is the folder's name. */
  service: string;
  /**
   * A query with the columns `account_id`, `region`, `resource_id`, `arn`, `evidence_object`, `evidence_line`, `passes`
   * and `reason`, a row for each thing in scope; `passes` is null where the evidence does not tell. It may have two
   * more: `evidence`, a list of `<object>:<line>` of all rows beyond its own that the verdict rests on, and `not_known`,
   * a text that says what the evidence does not tell.
   */
  sql: string;
  /** Hex, of the file's bytes, and of its template's after them: what verdicts cite. */
  sha256: string;
}

/** Whether a control's query has a column that it may have. */
export const hasColumn = ({ sql }: Pick<Control, "sql">, column: "evidence" | "not_known"): boolean =>
  new RegExp(`\\bAS ${column}\\b`, "i").test(sql);

/** All types that a control speaks of. */
export const typesOf = (control: Pick<Control, "resource" | "needs" | "needs-to-fail">): string[] => [
  ...new Set([control.resource, ...control.needs, ...control["needs-to-fail"]]),
];

/** Types without whose listing a control has no verdict; where it asks for something to be there, its own too. */
export const neededBy = (control: Pick<Control, "resource" | "needs" | "needs-to-fail" | "per">): string[] =>
  [...(control.per === "resource" ? [] : [control.resource]), ...control.needs].filter(
    (type) => !control["needs-to-fail"].includes(type),
  );

/** A control's file that does not say what it must, for whoever wrote it. */
export class ControlError extends Error {}

/** @throws ControlError naming the file and each member of the head that is wrong */
export function parseControl(text: string, path: string): Control {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("--"));
  const head = lines.slice(0, end < 0 ? lines.length : end).map((line) => line.replace(/^-- ?/, ""));
  const own = lines.slice(head.length).join("\n").trim().replace(/;\s*$/, "");
  if (!head.length) throw new ControlError(`${path}: a head of comment lines (-- title: …) is expected, then a query`);
  let said: unknown;
  try {
    said = parse(head.join("\n"));
  } catch (error) {
    throw new ControlError(`${path}: the head is no YAML: ${(error as Error).message}`);
  }
  const parsed = Head.safeParse(said);
  if (!parsed.success)
    throw new ControlError(
      `${path}: ${parsed.error.issues.map(({ path: at, message }) => `${at.join(".") || "head"}: ${message}`).join("; ")}`,
    );
  const claimed = new Set(
    Object.entries(parsed.data.mappings).flatMap(([framework, numbers]) =>
      (numbers ?? []).map((number) => `${framework} ${number}`),
    ),
  );
  const stray = Object.keys(parsed.data["in-part"]).filter((requirement) => !claimed.has(requirement));
  if (stray.length) throw new ControlError(`${path}: in-part: ${stray.join(", ")} is not among the mappings`);
  const folder = path.split(/[\\/]/).at(-2) ?? "";
  return { ...parsed.data, id: basename(path, ".sql"), service: folder, ...queryOf(parsed.data, text, own, path) };
}

/** The query of a control, and the hash of all that it comes from. */
function queryOf(head: z.infer<typeof Head>, text: string, own: string, path: string): Pick<Control, "sql" | "sha256"> {
  const { template: name, resource, values } = head;
  if (Boolean(own) === (name !== undefined))
    throw new ControlError(
      `${path}: ${name ? "it has a template and a query of its own" : "a query, or a template, is expected"}`,
    );
  if (!name) return { sql: withFacts(own), sha256: sha256(text) };
  try {
    const template = readTemplate(name);
    return { sql: withFacts(fillTemplate(template, resource, values)), sha256: sha256(text + template) };
  } catch (error) {
    throw new ControlError(`${path}: ${(error as Error).message}`);
  }
}

const CONTROLS = join(import.meta.dirname, "rules");

/** All controls in this folder, by service and id. @throws ControlError */
export async function loadControls(): Promise<Control[]> {
  const paths = (await readdir(CONTROLS, { recursive: true })).filter((path) => path.endsWith(".sql")).sort();
  return Promise.all(paths.map(async (path) => parseControl(await readFile(join(CONTROLS, path), "utf8"), path)));
}
