import * as z from "zod";
import { type Control, typesOf } from "../controls/control.ts";
import type { Listings } from "../controls/listings.ts";
import { findingId, type Verdict } from "../controls/verdict.ts";
import { renamed } from "../evidence/renamed.ts";

/** Where people can be told. */
export const Channel = z.enum(["topic", "event-bus", "security-hub", "webhook"]);
export type Channel = z.infer<typeof Channel>;

/** Channels that keep findings, and so are told of their end too. */
const KEEP = ["event-bus", "security-hub"] as const satisfies readonly Channel[];

/** A finding that was there in the last run that knew of it. */
const OpenFinding = z.preprocess(
  renamed("untold", "pending"),
  z.object({
    /** @see findingId */
    id: z.string(),
    control: z.string(),
    account_id: z.string(),
    region: z.string(),
    resource_id: z.string(),
    arn: z.string().nullable(),
    reason: z.string().nullable(),
    /** Earlier versions kept one line, or null. */
    evidence: z.preprocess(
      (value) => (Array.isArray(value) ? value : value === null ? [] : [value]),
      z.array(z.object({ object: z.string(), sha256: z.string(), line: z.number() })),
    ),
    /** The run that found it first. */
    since: z.string(),
    /** Channels that have not been told of it, or of its end. */
    pending: z.array(Channel),
  }),
);
export type OpenFinding = z.infer<typeof OpenFinding>;

/** A control that could not be evaluated in the last run that asked it. */
const Unevaluated = z.preprocess(
  renamed("untold", "pending"),
  z.object({
    control: z.string(),
    error: z.string(),
    /** Channels that have not been told. */
    pending: z.array(Channel),
  }),
);
export type Unevaluated = z.infer<typeof Unevaluated>;

/** What is remembered from run to run, so that each finding is told once. */
export const NotificationState = z.object({
  format: z.literal("audit-ecosystem/told/1"),
  /** The run that it stands at. */
  run_id: z.string(),
  open: z.array(OpenFinding),
  /** Findings that are gone, and a channel that keeps them does not know it yet. */
  ended: z.array(OpenFinding),
  unevaluated: z.array(Unevaluated).default([]),
});
export type NotificationState = z.infer<typeof NotificationState>;

/** What the controls found in a run, as far as it is needed to tell what is new. */
export interface Said {
  run: string;
  /** Of controls that were asked. */
  failed: readonly Verdict[];
  /** Ids of findings of which the run cannot tell. */
  unknown: ReadonlySet<string>;
  /** Errors of controls that could not be evaluated: nothing is known of what they are about. */
  unanswered: ReadonlyMap<string, string>;
  listings: Listings;
}

/**
 * What is remembered after a run. A finding is new when it was not open before; it ends when the run knows that it is
 * no more: its resource passes, or is gone from a place that was wholly listed. What the run could not read, or did
 * not cover, stays as it is.
 */
export function nextState(
  standing: NotificationState | undefined,
  { run, failed, unknown, unanswered, listings }: Said,
  controls: readonly Control[],
  channels: readonly Channel[],
): NotificationState {
  const before = new Map((standing?.open ?? []).map((each) => [each.id, each]));
  const open = new Map<string, OpenFinding>();
  for (const verdict of failed) {
    const id = findingId(verdict);
    const { control, account_id, region, resource, reason, evidence } = verdict;
    const earlier = before.get(id);
    open.set(id, {
      id,
      control,
      account_id,
      region: region ?? "",
      resource_id: resource?.resource_id ?? "",
      arn: resource?.arn ?? null,
      reason,
      evidence: [...evidence],
      since: earlier?.since ?? run,
      // A channel that is no more is not waited for.
      pending: earlier ? earlier.pending.filter((each) => channels.includes(each)) : [...channels],
    });
  }
  const byId = new Map(controls.map((control) => [control.id, control]));
  const ended: OpenFinding[] = [];
  for (const finding of before.values()) {
    const control = byId.get(finding.control);
    // A control that is asked no more has no findings, open or ended.
    if (!control || open.has(finding.id)) continue;
    const isKnown =
      !unknown.has(finding.id) &&
      !unanswered.has(finding.control) &&
      listings.covers(control.resource, finding.account_id, finding.region) &&
      listings.notWhole(typesOf(control), finding.account_id, finding.region) === undefined;
    if (!isKnown) open.set(finding.id, finding);
    else {
      // What a channel never heard of has no end there either.
      const knowing = KEEP.filter((each) => channels.includes(each) && !finding.pending.includes(each));
      if (knowing.length) ended.push({ ...finding, pending: knowing });
    }
  }
  const waiting = (standing?.ended ?? []).filter(({ id }) => !open.has(id));
  // Told once, until the control was evaluated again.
  const since = new Map((standing?.unevaluated ?? []).map((each) => [each.control, each]));
  const unevaluated = [...unanswered].map(([control, error]) => ({
    control,
    error,
    pending: since.get(control)?.pending.filter((each) => channels.includes(each)) ?? [...channels],
  }));
  return {
    format: "audit-ecosystem/told/1",
    run_id: run,
    open: [...open.values()],
    ended: [...waiting, ...ended],
    unevaluated,
  };
}

/** What a channel is to be told: findings that it does not know, ends of those that it knows, controls without an answer. */
export const pendingFor = (
  { open, ended, unevaluated }: NotificationState,
  channel: Channel,
): { found: OpenFinding[]; ended: OpenFinding[]; unevaluated: Unevaluated[] } => ({
  found: open.filter((each) => each.pending.includes(channel)),
  ended: ended.filter((each) => each.pending.includes(channel)),
  unevaluated: unevaluated.filter((each) => each.pending.includes(channel)),
});

/** The memory once a channel has been told everything. */
export function markDelivered(state: NotificationState, channel: Channel): NotificationState {
  const without = <T extends OpenFinding | Unevaluated>(finding: T): T =>
    finding.pending.includes(channel)
      ? { ...finding, pending: finding.pending.filter((each) => each !== channel) }
      : finding;
  return {
    ...state,
    open: state.open.map((each) => without(each)),
    ended: state.ended.map((each) => without(each)).filter((each) => each.pending.length),
    unevaluated: state.unevaluated.map((each) => without(each)),
  };
}
