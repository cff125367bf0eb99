import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import * as z from "zod";
import type { Control } from "../../src/controls/control.ts";
import type { Item } from "../../src/evidence/item.ts";
import type { Outcome } from "../../src/evidence/outcome.ts";
import { GLOBAL } from "../../src/evidence/plan.ts";
import type { RunSpec } from "../tables/sealedFolder.ts";

/** What a case of a fixture may say of a resource besides its configuration. */
const Marks = z.object({
  $type: z.string().optional(),
  $id: z.string().optional(),
  $arn: z.string().optional(),
  $region: z.string().optional(),
  /** Detail operations that were denied. */
  $unread: z.array(z.string()).default([]),
  /** Further resources of the account. */
  $with: z.array(z.record(z.string(), z.unknown())).default([]),
  /** Types whose listing was denied in the account. */
  $denied: z.array(z.string()).default([]),
  /** There is no resource of the control's type. */
  $none: z.boolean().default(false),
});
/** A resource: its configuration, and marks beginning with `$`. */
const Case = z.looseObject(Marks.shape);
type Case = z.infer<typeof Case>;
const Cases = z.array(Case).min(1);
/** A fixture: what must pass, what must fail, and what must not be known. */
const Fixture = z.strictObject({ pass: Cases, fail: Cases, unknown: Cases });

/** A case of a control's fixture, in an account of its own. */
export interface ControlCase {
  control: Control;
  expected: "pass" | "fail" | "unknown";
  /** Of its status in the fixture, from 1. */
  number: number;
  account: string;
  denied: readonly string[];
  items: Partial<Item>[];
}

export const REGION = "eu-central-1";

/** @throws naming the fixture's file, when a control has none, or one that lacks a status */
export async function casesOf(
  controls: readonly Control[],
  isGlobal: (type: string) => boolean,
): Promise<ControlCase[]> {
  const all: Omit<ControlCase, "account">[] = [];
  for (const control of controls) {
    const path = `test/controls/fixtures/${control.id}.yaml`;
    const fixture = parseFixture(await readFile(path, "utf8").catch(absent(control, path)), path);
    for (const expected of ["pass", "fail", "unknown"] as const)
      for (const [index, each] of fixture[expected].entries()) {
        const others = each.$with.map((other) => Case.parse(other));
        all.push({
          control,
          expected,
          number: index + 1,
          denied: each.$denied,
          items: [...(each.$none ? [] : [each]), ...others].map((one, at) => itemOf(one, control, at, isGlobal)),
        });
      }
  }
  return all.map((each, index) => {
    const account = String(index + 1).padStart(12, "0");
    const items = each.items.map((item) => ({ ...item, account_id: account }));
    return { ...each, account, items };
  });
}

const absent =
  ({ id }: Control, path: string) =>
  (): never => {
    throw new Error(
      `${id}: ${path} is expected, with what passes, what fails and what is not known: start with another's`,
    );
  };

function parseFixture(text: string, path: string): z.infer<typeof Fixture> {
  const parsed = Fixture.safeParse(parse(text));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function itemOf(one: Case, { resource }: Control, at: number, isGlobal: (type: string) => boolean): Partial<Item> {
  const type = one.$type ?? resource;
  const configuration = Object.fromEntries(Object.entries(one).filter(([name]) => !name.startsWith("$")));
  const id = one.$id ?? `it-${at}`;
  return {
    resource_type: type,
    resource_id: id,
    arn: one.$arn ?? `arn:aws:test:::${id}`,
    name: id,
    region: one.$region ?? (isGlobal(type) ? GLOBAL : REGION),
    configuration,
    ...(one.$unread.length ? { unread: Object.fromEntries(one.$unread.map((read) => [read, "AccessDenied"])) } : {}),
  };
}

/** A run in which each case has an account, and every type that the controls speak of was asked for. */
export function runOf(cases: readonly ControlCase[], global: readonly string[], regional: readonly string[]): RunSpec {
  const byAccount = new Map(cases.map((each) => [each.account, each]));
  return {
    accounts: [...byAccount.keys()],
    regions: [REGION],
    auditors: [{ name: "all", global: [...global], regional: [...regional] }],
    items: cases.flatMap(({ items }) => items),
    outcome: ({ account_id, region }) => {
      const { items, denied } = byAccount.get(account_id)!;
      const types = region === GLOBAL ? global : regional;
      const counts: Record<string, number> = {};
      const errors: Outcome["errors"] = [];
      for (const type of types) {
        const count = items.filter(({ resource_type }) => resource_type === type).length;
        if (!denied.includes(type)) counts[type] = count;
        else
          errors.push({
            operation: "List",
            resource_type: type,
            status: "denied",
            incomplete: "resources",
            code: "AccessDenied",
            message: "no",
            times: 1,
          });
      }
      return { status: errors.length ? "denied" : "collected", counts, errors };
    },
  };
}
