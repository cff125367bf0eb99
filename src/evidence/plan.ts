import { createHash } from "node:crypto";
import * as z from "zod";
import type { Took } from "./durations.ts";
import { balancedShares, expectedMs, type Share } from "./largestFirst.ts";
import { Outcome } from "./outcome.ts";
import { renamed } from "./renamed.ts";

/** The region of services that have one endpoint for all. */
export const GLOBAL = "global";

/** A planned item that a task began and another goes on with. */
export const Begun = z.preprocess(
  renamed("places", "cursors"),
  z.object({
    /** What the tasks before have read of it: it stands in their committed objects. */
    outcome: Outcome,
    /** Where each listing goes on, by resource type: null at its end; one that is not named is read from its start. */
    cursors: z.record(z.string(), z.json()),
  }),
);
export type Begun = z.infer<typeof Begun>;

/** A name that becomes part of a key: no separators, so that no document can point outside its folder. */
const TaskId = z.string().regex(/^[A-Za-z0-9_-]+(\.\d+)*$/, "letters, digits, - and _, and numbers after dots");

/** The tasks that are counted together when a run is to be sealed. */
export const TaskGroup = z.object({
  index: z.number().int().nonnegative(),
  /** Planned tasks in it; {@link TASKS_PER_GROUP} at most. */
  tasks: z.number().int().positive(),
  /** Groups of the run. */
  of: z.number().int().positive(),
});
export type TaskGroup = z.infer<typeof TaskGroup>;

export const Task = z.object({
  /** A task that was handed over bears the name of the one before and a number: `rds-0000.1`. */
  id: TaskId,
  auditor: z.string(),
  accounts: z.array(z.string()),
  /** Regions to cover in each account; `global` among them for what is read once for the account. */
  regions: z.array(z.string()),
  /** The planned items, where they are not every region of every account: what a task before left over. */
  rest: z.array(z.object({ account_id: z.string(), regions: z.array(z.string()) })).optional(),
  begun: z.array(Begun).optional(),
  /** The group of the planned task, also of the tasks it hands over. */
  group: TaskGroup,
  /** Of a planned task, its 0-based start order: it staggers the tasks' AssumeRole calls. */
  position: z.number().int().nonnegative().optional(),
  /** At each hand-over that this task comes after, into how many tasks: `rds-0000.1.3` has two numbers. */
  parts: z.array(z.number().int().positive()).optional(),
});
export type Task = z.infer<typeof Task>;

/** An auditor of a run, and the resource types that it reads once for an account and in each region. */
export const PlannedAuditor = z.object({
  name: z.string(),
  global: z.array(z.string()),
  regional: z.array(z.string()),
  /** Accounts of one of its tasks; left out where the number of tasks decides. */
  accounts_per_task: z.number().int().positive().optional(),
});
export type PlannedAuditor = z.infer<typeof PlannedAuditor>;

/** What a request can narrow a run to some of. */
export const Narrowed = z.enum(["accounts", "auditors", "regions"]);
export type Narrowed = z.infer<typeof Narrowed>;

/** The organization's list of accounts, where it could be read when the run was planned. */
export const Organization = z.object({
  /** How many accounts there are, whatever their state. */
  accounts: z.number().int().positive(),
  /** Hex, over the sorted ids, each with a line break. */
  sha256: z.string(),
  /** The operation that listed them. */
  source: z.string(),
  /** Accounts that the run neither covers nor names as excluded. */
  not_in_scope: z.array(z.string()),
});
export type Organization = z.infer<typeof Organization>;

/** The list of an organization, as a plan tells of it. @param scope accounts that the plan covers or excludes */
export const organizationOf = (
  accounts: Iterable<string>,
  scope: ReadonlySet<string>,
  source: string,
): Organization => {
  const ids = [...new Set(accounts)].sort();
  return {
    accounts: ids.length,
    sha256: sha256(ids.map((id) => `${id}\n`).join("")),
    source,
    not_in_scope: ids.filter((id) => !scope.has(id)),
  };
};

/** Who collected from a desk: the principal that called AWS in the caller's own account, as STS tells it. */
export const Desk = z.object({ caller_arn: z.string() });
export type Desk = z.infer<typeof Desk>;

/** What a run is going to cover, fixed before the first task starts: coverage is proven against it. */
export const Plan = z.object({
  run_id: z.string(),
  started_at: z.string(),
  requested_by: z.string(),
  tool_version: z.string(),
  /** Hex SHA-256 of the bundle of the boss that planned it. */
  bundle_sha256: z.string().optional(),
  accounts: z.array(z.string()),
  /** Accounts that are known but cannot be entered, such as suspended ones, with the reason. */
  excluded: z.array(z.object({ account_id: z.string(), reason: z.string() })),
  auditors: z.array(PlannedAuditor),
  regions: z.array(z.string()),
  /** What there is more of than the run was asked for; left out of a whole run. */
  narrowed: z.array(Narrowed).optional(),
  /** Left out where it could not be read. */
  organization: Organization.optional(),
  /** Left out where the deployed functions collect. */
  desk: Desk.optional(),
  tasks: z.array(Task),
});
export type Plan = z.infer<typeof Plan>;

/** Concurrent tasks a run aims at: half of an account's default of 1,000 concurrent Lambda executions. */
const TASKS_AT_MOST = 500;

/** As many names as one listing page holds: counting a group is one request. */
export const TASKS_PER_GROUP = 1000;

export interface PlanRequest {
  runId: string;
  startedAt: Date;
  requestedBy: string;
  toolVersion: string;
  bundleSha256?: string | undefined;
  accounts: readonly string[];
  excluded?: readonly { account_id: string; reason: string }[];
  auditors: readonly PlannedAuditor[];
  regions: readonly string[];
  narrowed?: readonly Narrowed[];
  /** Every account of the organization, and the operation that listed them. */
  organization?: { accounts: readonly string[]; source: string } | undefined;
  desk?: Desk | undefined;
  /** Orders the tasks and says who shares one; what is planned is the same whatever it says. */
  took?: Took | undefined;
}

/**
 * Cuts accounts × auditors into tasks: one account a task until that would be more than {@link TASKS_AT_MOST}, or as
 * many as the auditor asks for. Where it is known what accounts took before, the tasks come longest first, each of
 * several accounts as long as the others; else they come in the order of auditors and accounts.
 */
export function planRun(request: PlanRequest): Plan {
  const usual = Math.max(1, Math.ceil((request.accounts.length * request.auditors.length) / TASKS_AT_MOST));
  const planned: { task: Omit<Task, "group" | "position">; ms: number }[] = [];
  for (const auditor of request.auditors) {
    const shares = sharesOf(auditor.name, request, auditor.accounts_per_task ?? usual);
    for (const [number, { accounts, ms }] of shares.entries()) {
      const task = {
        id: `${auditor.name}-${String(number).padStart(4, "0")}`,
        auditor: auditor.name,
        accounts,
        regions: [...(auditor.global.length ? [GLOBAL] : []), ...(auditor.regional.length ? request.regions : [])],
      };
      planned.push({ task, ms });
    }
  }
  const tasks = planned.sort((a, b) => b.ms - a.ms).map(({ task }) => task);
  return {
    run_id: request.runId,
    started_at: request.startedAt.toISOString(),
    requested_by: request.requestedBy,
    tool_version: request.toolVersion,
    ...(request.bundleSha256 ? { bundle_sha256: request.bundleSha256 } : {}),
    accounts: [...request.accounts],
    excluded: [...(request.excluded ?? [])],
    auditors: [...request.auditors],
    regions: [...request.regions],
    ...(request.narrowed?.length ? { narrowed: [...request.narrowed] } : {}),
    ...(request.organization ? { organization: listedOrganization(request, request.organization) } : {}),
    ...(request.desk ? { desk: request.desk } : {}),
    tasks: grouped(tasks),
  };
}

function listedOrganization(
  { accounts, excluded = [] }: PlanRequest,
  organization: NonNullable<PlanRequest["organization"]>,
): Organization {
  const scope = new Set([...accounts, ...excluded.map(({ account_id }) => account_id)]);
  return organizationOf(organization.accounts, scope, organization.source);
}

/** The accounts of an auditor's tasks. */
function sharesOf(auditor: string, { accounts, took }: PlanRequest, size: number): Share[] {
  const ms = took && expectedMs(auditor, accounts, took);
  if (ms) return balancedShares(accounts, ms, size);
  return Array.from({ length: Math.ceil(accounts.length / size) }, (_none, n) => ({
    accounts: accounts.slice(n * size, (n + 1) * size),
    ms: 0,
  }));
}

function grouped(tasks: readonly Omit<Task, "group" | "position">[]): Task[] {
  const of = Math.ceil(tasks.length / TASKS_PER_GROUP);
  return tasks.map((task, position) => {
    const index = Math.floor(position / TASKS_PER_GROUP);
    return {
      ...task,
      position,
      group: { index, tasks: Math.min(TASKS_PER_GROUP, tasks.length - index * TASKS_PER_GROUP), of },
    };
  });
}

/** The task that handed over to this one; undefined for a planned task. */
export const handedOverBy = (task: string): string | undefined => /^(.*)\.\d+$/.exec(task)?.[1];

/** A planned item: what must end in exactly one outcome. */
export interface PlannedItem {
  auditor: string;
  account_id: string;
  region: string;
}

export const plannedItems = ({ auditor, accounts, regions, rest }: Omit<Task, "id" | "group">): PlannedItem[] =>
  (rest ?? accounts.map((account_id) => ({ account_id, regions }))).flatMap((share) =>
    share.regions.map((region) => ({ auditor, account_id: share.account_id, region })),
  );

export const sha256 = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
