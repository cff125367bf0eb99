import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "node:zlib";
import type { Tag as EcsTag } from "@aws-sdk/client-ecs";
import type { SandboxState, StoredObject } from "../sandbox/state.ts";
import { typesOf } from "../src/auditors/collector.ts";
import type { Item } from "../src/evidence/item.ts";
import { DURATIONS_KEY, manifestKey, planKey, runDate, signatureKey } from "../src/evidence/layout.ts";
import { Manifest } from "../src/evidence/manifest.ts";
import type { Outcome } from "../src/evidence/outcome.ts";
import { GLOBAL, Plan, plannedItems } from "../src/evidence/plan.ts";
import { keysIn, type TrustedKeys } from "../src/evidence/publicKeys.ts";
import { TaskOutcome } from "../src/evidence/taskOutcome.ts";
import { NothingToVerify, type Notice, verify } from "../src/evidence/verify.ts";
import type { Changes } from "./changes.ts";
import { differencesOfCopy, inFolder } from "./copies.ts";
import {
  clusterOf,
  clusterOfService,
  definitionOf,
  type Holdings,
  resourcesOf,
  serviceOf,
  snapshotOf,
  volumeOf,
} from "./estate.ts";
import type { Looks } from "./looks.ts";
import { violationsOnTheWay } from "./moments.ts";
import { hasOccasion, type Occasions } from "./notices.ts";
import type { Script } from "./script.ts";
import { bucketSource } from "./simulatedBucket.ts";
import { fallingSeals, fallingTimes, fallingWithin } from "./times.ts";
import { judgedIn, wrongVerdicts } from "./verdicts.ts";
import { BUCKET, DEADLINE_MINUTES, everyAuditor, type World } from "./world.ts";

/** What a resource must look like as an item, whoever collected it. */
interface Expected {
  type: string;
  arn: string;
  tags: Record<string, string>;
  configuration: unknown;
}

const tagMap = (tags: { Key?: string | undefined; Value?: string | undefined }[]) =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) as Record<string, string>;
const ecsTagMap = (tags: readonly EcsTag[]) => Object.fromEntries(tags.map(({ key, value }) => [key!, value!]));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What the estate holds of a planned item. */
function expectedOf(holdings: Holdings, { auditor, account_id: account, region }: Outcome): Expected[] {
  const { instances, groups, people, volumes, snapshots, definitions, clusters } = holdings;
  if (auditor === "clusters")
    return (clusters.get(region) ?? []).flatMap((services, n) => {
      const cluster = clusterOf(account, region, n);
      const expected = (type: string, arn: string, configuration: { tags?: EcsTag[]; cluster?: string }): Expected => {
        const { tags = [] } = configuration;
        return { type, arn, tags: ecsTagMap(tags), configuration: plain(configuration) };
      };
      return [
        expected("AWS::ECS::Cluster", cluster.clusterArn!, cluster),
        ...Array.from({ length: services }, (_none, each) => {
          const service = serviceOf(cluster, each);
          return expected("AWS::ECS::Service", service.serviceArn!, { cluster: cluster.clusterArn, ...service });
        }),
      ];
    });
  if (auditor === "ecs")
    return Array.from({ length: definitions.get(region) ?? 0 }, (_none, n) => {
      const DescribeTaskDefinition = definitionOf(account, region, n);
      const { taskDefinitionArn } = DescribeTaskDefinition.taskDefinition;
      return {
        type: "AWS::ECS::TaskDefinition",
        arn: taskDefinitionArn!,
        tags: ecsTagMap(DescribeTaskDefinition.tags),
        configuration: plain({ taskDefinitionArn, DescribeTaskDefinition }),
      };
    });
  if (auditor === "ec2")
    return [
      ...Array.from({ length: volumes.get(region) ?? 0 }, (_none, n) => {
        const volume = volumeOf(account, region, n);
        const arn = `arn:aws:ec2:${region}:${account}:volume/${volume.VolumeId}`;
        return { type: "AWS::EC2::Volume", arn, tags: tagMap(volume.Tags!), configuration: plain(volume) };
      }),
      ...Array.from({ length: snapshots.get(region) ?? 0 }, (_none, n) => {
        const snapshot = snapshotOf(account, region, n);
        const { SnapshotId } = snapshot;
        const DescribeSnapshotAttribute = { SnapshotId, CreateVolumePermissions: [] };
        return {
          type: "AWS::EC2::Snapshot",
          arn: `arn:aws:ec2:${region}::snapshot/${SnapshotId}`,
          tags: {},
          configuration: plain({ ...snapshot, DescribeSnapshotAttribute }),
        };
      }),
    ];
  if (auditor === "iam")
    return people.map(({ facts, keys, mfa }) => ({
      type: "AWS::IAM::User",
      arn: facts.Arn,
      tags: tagMap(facts.Tags),
      configuration: plain({
        ...facts,
        ListAccessKeys: { AccessKeyMetadata: keys, IsTruncated: false },
        ListMFADevices: { MFADevices: mfa, IsTruncated: false },
      }),
    }));
  return [
    ...(instances.get(region) ?? []).map((one) => ({
      type: "AWS::RDS::DBInstance",
      arn: one.DBInstanceArn!,
      tags: tagMap(one.TagList ?? []),
      configuration: plain(one),
    })),
    ...(groups.get(region) ?? []).map(({ group, tags }) => ({
      type: "AWS::RDS::DBSubnetGroup",
      arn: group.DBSubnetGroupArn!,
      tags: tagMap(tags),
      configuration: plain(group),
    })),
  ];
}

const nameOf = ({ auditor, account_id, region }: Pick<Outcome, "auditor" | "account_id" | "region">) =>
  `${auditor} ${account_id} ${region}`;

/** What happened in a run that decides what must hold after it, and how closely it is looked at. */
export interface Happened {
  /** Alarms that went off, by name. */
  alarms: ReadonlySet<string>;
  /** Requests that reached AWS, by who made them and what they asked. */
  requests: Readonly<Record<string, number>>;
  /** How often each function was begun. */
  begun: ReadonlyMap<string, number>;
  /** What came and went while it was read. */
  changes: Changes;
  /** How often each task was begun. */
  tries: ReadonlyMap<string, number>;
  looks: Looks;
  /** What AWS has after a run over the same estate in which nothing went wrong. */
  untroubled: () => Promise<SandboxState>;
}

/** What must hold after every run, whatever went wrong in it. Each thing that does not is a sentence; none: all holds. */
export async function violations(world: World, script: Script, happened: Happened): Promise<string[]> {
  const { changes, looks } = happened;
  const { objects } = world.state.buckets.get(BUCKET)!;
  const found: string[] = [];
  const say = (...problems: string[]) => found.push(...problems);
  const runs = [...objects.keys()].filter((key) => key.endsWith("/plan.json"));
  if (!runs.length && !["boss-errors", "start-dropped"].some((alarm) => happened.alarms.has(alarm)))
    say("no run was begun, and no alarm went off");
  for (const [key, versions] of objects) {
    // An attempt that got no answer writes its object again: the same bytes under the same name.
    const same = key.startsWith("evidence/") && new Set(versions.map(({ sha256: hash }) => hash)).size === 1;
    if (versions.length > 1 && !same && key !== DURATIONS_KEY) say(`${key} was written ${versions.length} times`);
  }
  const manifests: Manifest[] = [];
  for (const key of runs) {
    const plan = Plan.parse(JSON.parse(text(objects.get(key)!.at(-1)!)));
    const date = runDate(plan.started_at);
    if (planKey(plan.run_id, date) !== key) say(`${key} holds the plan of ${plan.run_id}`);
    const stored = objects.get(manifestKey(plan.run_id, date))?.at(-1);
    const signed = objects.get(signatureKey(plan.run_id, date))?.at(-1);
    say(...unheardOf(plan, script, signed?.modified, happened.alarms));
    if (!stored) {
      say(`run ${plan.run_id} was never sealed`);
      continue;
    }
    manifests.push(Manifest.parse(JSON.parse(text(stored))));
    if (manifests.at(-1)!.missing.length && !LOSSES.some((alarm) => happened.alarms.has(alarm)))
      say(`run ${plan.run_id} was sealed without all of its tasks, and no alarm says that one was lost`);
    say(...violationsOfRun({ world, script, changes }, plan, manifests.at(-1)!));
  }
  const keys = keysIn(world.publicKey());
  say(...tooMany(world.holdings.values(), happened));
  const incomplete = manifests.some(({ missing }) => missing.length);
  const occasions = { script, tries: happened.tries, incomplete };
  say(
    ...fallingSeals(manifests, script.clocksPutBack.get("sealer")?.by),
    ...(await unverified(objects, keys, occasions)),
  );
  say(
    ...Object.keys(happened.requests).flatMap((each) => (/ s3 DELETE/.test(each) ? `${each}: nothing is deleted` : [])),
  );
  const unexpected = [
    "unjudged",
    "unreadable",
    ...(incomplete ? [] : ["late"]),
    ...(script.clocks.size || script.clocksPutBack.size ? [] : ["time"]),
  ] as Notice["kind"][];
  const watched = { seed: script.seed, keys, everyWrite: looks.everyWrite, unexpected: new Set(unexpected) };
  say(...(await violationsOnTheWay(objects, watched)));
  if (looks.copy || looks.verdicts)
    await inFolder(async (folder) => {
      say(...(await differencesOfCopy(world.state, folder)));
      if (looks.verdicts) say(...(await wrongVerdictsIn(folder, script, happened)));
    });
  return found;
}

type Objects = ReadonlyMap<string, readonly StoredObject[]>;

/** What `itaudit verify --all` says of the bucket, given the public key: signatures, chain, hashes, counts, coverage. */
async function unverified(objects: Objects, keys: TrustedKeys, occasions: Occasions): Promise<string[]> {
  const found: string[] = [];
  try {
    await verify({
      source: bucketSource(objects),
      keys,
      run: "all",
      violation: ({ kind, key, problem }) => {
        // Some scripts put a hint there that is none, and verifying is right to name it.
        if (key !== DURATIONS_KEY) found.push(`verify: ${kind}: ${key}: ${problem}`);
      },
      notice: (notice) => {
        const { kind, key, problem } = notice;
        if (!hasOccasion(notice, occasions)) found.push(`verify: ${kind}: ${key}: ${problem}`);
      },
    });
  } catch (error) {
    if (!(error instanceof NothingToVerify)) throw error;
  }
  return found;
}

/** What the controls say of the newest run, compared with a run over the same estate in which nothing goes wrong. */
async function wrongVerdictsIn(folder: string, script: Script, { changes, untroubled }: Happened): Promise<string[]> {
  const judged = await judgedIn(folder, script);
  if (!judged) return [];
  const state = await untroubled();
  return inFolder(async (other) => {
    const found = await differencesOfCopy(state, other);
    const truth = await judgedIn(other, script);
    return [
      ...found,
      ...(truth
        ? wrongVerdicts(judged, truth, {
            // Whether an account that joins was in the newest run is told by the plan.
            isChanging: (arn) =>
              isChanging(arn, changes) || [...script.joining.keys()].some((each) => arn.includes(each)),
          })
        : ["the run without trouble was not sealed"]),
    ];
  });
}

/**
 * Requests of a function's try, on average over a seed and beside one for each resource, from which on it asks without
 * end: over six hundred seeds the most were 22.
 */
const REQUESTS_OF_A_TRY = 60;

/** A run that asks AWS more than it can have to ask. */
function tooMany(holdings: Iterable<Holdings>, { requests, begun }: Happened): string[] {
  const sum = (counts: Iterable<number>) => [...counts].reduce((total, count) => total + count, 0);
  const [asked, tried] = [sum(Object.values(requests)), sum(begun.values())];
  const there = sum([...holdings].map(resourcesOf));
  return asked > tried * (REQUESTS_OF_A_TRY + there) ? [`${tried} tries of functions made ${asked} requests`] : [];
}

/** Alarms without which no task is lost for good: nobody began it, or nobody could record that it died. */
const LOSSES = ["boss-errors", "not-delivered", "recorder-errors"];

/** How long after its deadline a run may stay open before anybody has to hear of it: the watchdog looks each hour. */
const HEARD_OF_WITHIN = 65 * 60_000;

/** A run that was sealed and signed too late, or never, and no alarm went off. */
function unheardOf(
  { run_id, started_at }: Plan,
  { sealDeadlineMinutes = DEADLINE_MINUTES, clocks }: Script,
  signed: Date | undefined,
  alarms: ReadonlySet<string>,
): string[] {
  const ahead = Math.max(0, ...clocks.values());
  const until = Date.parse(started_at) + ahead + sealDeadlineMinutes * 60_000 + HEARD_OF_WITHIN;
  if (alarms.size || (signed && +signed <= until)) return [];
  return [`run ${run_id} was signed ${signed ? `at ${signed.toISOString()}` : "never"}, and no alarm went off`];
}

const text = ({ body }: StoredObject): string => Buffer.from(body).toString("utf8");

/** What a run's outcomes are compared with. */
interface Truth {
  world: World;
  script: Script;
  changes: Changes;
}

function violationsOfRun(truth: Truth, plan: Plan, manifest: Manifest): string[] {
  const { world, script } = truth;
  const found: string[] = [];
  const outcomes = new Map<string, Outcome[]>();
  const commits = commitsOf(world, manifest);
  for (const outcome of commits.flatMap((commit) => commit.outcomes))
    outcomes.set(nameOf(outcome), [...(outcomes.get(nameOf(outcome)) ?? []), outcome]);
  const items = itemsOf(world, plan, commits);
  const all = [...items.values()].flat();
  const everything = new Set(
    [...script.accounts, ...joinedFor(plan, truth)].flatMap((account) =>
      script.auditors.flatMap((auditor) =>
        (auditor === "iam" ? [GLOBAL] : script.regions).map((region) => `${auditor} ${account} ${region}`),
      ),
    ),
  );
  const missing = new Set(manifest.missing.flatMap(plannedItems).map(nameOf));
  for (const planned of plan.tasks.flatMap(plannedItems)) {
    everything.delete(nameOf(planned));
    const name = nameOf(planned);
    const ofItem = outcomes.get(name) ?? [];
    outcomes.delete(name);
    if (missing.has(name)) {
      if (ofItem.length) found.push(`${name} has an outcome, and its task is missing`);
      // What was read of it before it was handed over.
      items.delete(name);
      continue;
    }
    if (ofItem.length !== 1) {
      found.push(`${name} has ${ofItem.length} outcomes`);
      continue;
    }
    found.push(...violationsOfItem(truth, ofItem[0]!, items.get(name) ?? []));
    items.delete(name);
  }
  found.push(...plannedTooSoon(plan, truth));
  found.push(...fallingTimes({ plan, manifest, commits, items: all }, clocksApart(script)));
  for (const commit of commits)
    found.push(...fallingWithin(commit, [...itemsOf(world, plan, [commit]).values()].flat()));
  for (const name of everything) found.push(`${name} was not planned`);
  for (const name of outcomes.keys()) found.push(`${name} has an outcome and was not planned`);
  for (const name of items.keys()) found.push(`${name} has items and was not planned`);
  return found;
}

/** Milliseconds by which the clocks of a run's functions differ at most. */
function clocksApart({ clocks, clocksPutBack }: Script): number {
  const names = [...new Set([...clocks.keys(), ...clocksPutBack.keys()])];
  const all = names.flatMap((name) => {
    const ahead = clocks.get(name) ?? 0;
    return [ahead, ahead - (clocksPutBack.get(name)?.by ?? 0)];
  });
  return Math.max(0, ...all) - Math.min(0, ...all);
}

/** When a run's plan was written, by AWS's clock. */
const plannedAt = (plan: Plan, { world }: Truth): number =>
  +world.state.buckets
    .get(BUCKET)!
    .objects.get(planKey(plan.run_id, runDate(plan.started_at)))!
    .at(-1)!.modified;

/** As long as Lambda keeps an event: a boss may have read the list so long before its plan lands. */
const READ_BEFORE = 7 * 60 * 60_000;

/** Accounts that were in the list long enough before a run was planned. */
const joinedFor = (plan: Plan, truth: Truth): string[] =>
  [...truth.world.joined].flatMap(([account, at]) => (plannedAt(plan, truth) - at > READ_BEFORE ? account : []));

/** Accounts that a run covers though they were not in the list yet. */
const plannedTooSoon = (plan: Plan, truth: Truth): string[] =>
  [...truth.script.joining.keys()].flatMap((account) => {
    const at = truth.world.joined.get(account) ?? Number.POSITIVE_INFINITY;
    const isPlanned = plan.tasks.flatMap(plannedItems).some(({ account_id }) => account_id === account);
    return isPlanned && plannedAt(plan, truth) < at ? [`${account} was planned before it joined`] : [];
  });

/** The commits that the manifest names, as they are in the bucket; whether they are as sealed, verifying tells. */
function commitsOf({ state }: World, manifest: Manifest): TaskOutcome[] {
  const { objects } = state.buckets.get(BUCKET)!;
  return manifest.tasks.flatMap(({ key }) => {
    const stored = objects.get(key)?.at(-1);
    return stored ? [TaskOutcome.parse(JSON.parse(text(stored)))] : [];
  });
}

/** The items of the commits' objects by planned item. */
function itemsOf({ state }: World, plan: Plan, commits: readonly TaskOutcome[]): Map<string, Item[]> {
  const items = new Map<string, Item[]>();
  const { objects } = state.buckets.get(BUCKET)!;
  for (const { key } of commits.flatMap((commit) => commit.objects)) {
    const body = objects.get(key)?.at(-1)?.body;
    if (!body) continue;
    for (const line of gunzipSync(body).toString("utf8").trim().split("\n")) {
      const item = JSON.parse(line) as Item;
      if (item.run_id !== plan.run_id) continue;
      const ofItem = items.get(nameOf(item));
      if (ofItem) ofItem.push(item);
      else items.set(nameOf(item), [item]);
    }
  }
  return items;
}

/** Whether a resource, or what it stands below, may or may not have been there when it was read. */
function isChanging(arn: string, changes: Changes): boolean {
  const cluster = clusterOfService(arn);
  return changes.isChanging(arn) || (cluster !== undefined && changes.isChanging(cluster));
}

function violationsOfItem({ world, script, changes }: Truth, outcome: Outcome, items: readonly Item[]): string[] {
  const name = nameOf(outcome);
  const { auditor, account_id, region, status } = outcome;
  const found: string[] = [];
  const left = new Map(
    expectedOf(world.holdings.get(account_id)!, outcome).map((each) => [`${each.type} ${each.arn}`, each]),
  );
  for (const { resource_type, arn, tags, configuration, unread } of items) {
    const expected = left.get(`${resource_type} ${arn}`);
    left.delete(`${resource_type} ${arn}`);
    if (!expected) found.push(`${name}: ${arn} is there twice, or not of the estate`);
    else if (
      !unread &&
      !isDeepStrictEqual({ tags, configuration }, { tags: expected.tags, configuration: expected.configuration })
    )
      found.push(`${name}: ${arn} is not as it is in the estate`);
    else if (unread && status === "collected" && !isChanging(expected.arn, changes))
      found.push(`${name}: ${arn} was not read in full and is collected`);
  }
  for (const type of typesOf(everyAuditor[auditor]!)) {
    const there = items.filter(({ resource_type }) => resource_type === type).length;
    // Only a listing that was answered may count nothing: a type that was not read has no count.
    const counted = outcome.counts[type] ?? (status === "collected" ? "nothing" : 0);
    if (counted !== there) found.push(`${name}: counts ${counted} of ${type}, and there are ${there}`);
  }
  if (status === "collected")
    for (const [missing, expected] of left)
      if (!isChanging(expected.arn, changes)) found.push(`${name}: collected without ${missing}`);

  const open = region === GLOBAL || world.open(account_id, region);
  const action = script.denied.get(account_id);
  const entered = !script.closed.has(account_id);
  if (status === "collected" && !entered) found.push(`${name}: collected in an account that cannot be entered`);
  if (status === "collected" && !open) found.push(`${name}: collected in a region that is not open`);
  if (status === "collected" && action && isListing(action, auditor))
    found.push(`${name}: collected though ${action} is denied`);
  if (status === "collected" && script.silent.has(`${account_id} ${region}`))
    found.push(`${name}: collected in a region that does not answer`);
  if (status === "not-enabled" && open) found.push(`${name}: not enabled, but the region is open`);
  if (status === "denied" && entered && !action && !script.leaving.has(account_id))
    found.push(`${name}: denied, but nothing is denied there`);
  return found;
}

/** Whether a denied action leaves something of an auditor unread, whatever there is. */
const isListing = (action: string, auditor: string): boolean =>
  auditor === "iam"
    ? action === "iam:GetAccountAuthorizationDetails"
    : auditor === "rds" && action.startsWith("rds:Describe");
