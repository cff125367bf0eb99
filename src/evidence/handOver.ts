import type { Begun, PlannedItem, Task } from "./plan.ts";

/**
 * Hand-overs in a row. Lambda stops a function that invokes itself about 16 times in a row as a loop.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
export const DEPTH_AT_MOST = 12;
/** Tasks that one task is followed by. */
const PARTS_AT_MOST = 8;
/** Bytes of a task: an on-failure record carries it again, and such an event may have 1 MB. */
export const TASK_BYTES_AT_MOST = 200_000;

/** How many hand-overs a task comes after. */
export const depthOf = ({ id }: Pick<Task, "id">): number => id.split(".").length - 1;

/** A planned item that a task has not read to its end; `begun` when part of it is in the task's objects. */
export interface Unfinished {
  item: PlannedItem;
  begun?: Begun;
}

/** What becomes of the planned items that a task has not read to their end. */
export interface HandedOver<Item extends Unfinished> {
  followUps: Task[];
  /** Those that cannot be handed over: they end here with what they have. */
  ended: Item[];
}

/**
 * Cuts what a task left over into follow-up tasks: as many as it would take, at the pace of this one, for each to be
 * done in one invocation. Parts are of planned items, so that an account's region is never in two of them.
 */
export function handOver<Item extends Unfinished>(
  task: Task,
  unfinished: readonly Item[],
  finished: number,
): HandedOver<Item> {
  if (depthOf(task) >= DEPTH_AT_MOST) return { followUps: [], ended: [...unfinished] };
  const ended = unfinished.filter(({ begun }) => begun && sizeOf(begun) > TASK_BYTES_AT_MOST / 2);
  const rest = unfinished.filter((each) => !ended.includes(each));
  const parts = Math.min(PARTS_AT_MOST, Math.max(1, Math.ceil(rest.length / Math.max(1, finished))));
  const shares = cut(rest, Math.ceil(rest.length / parts)).flatMap((share) => fitting(task, share));
  return { followUps: shares.map((share, index) => followUp(task, share, index + 1, shares.length)), ended };
}

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const cut = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) || 0 }, (_none, index) =>
    all.slice(index * size, (index + 1) * size),
  );

/** Halves a share until its task is small enough. */
function fitting(task: Task, share: readonly Unfinished[]): Unfinished[][] {
  if (share.length <= 1 || sizeOf(followUp(task, share, 0, 0)) <= TASK_BYTES_AT_MOST) return [[...share]];
  return cut(share, Math.ceil(share.length / 2)).flatMap((half) => fitting(task, half));
}

function followUp(task: Task, share: readonly Unfinished[], number: number, of: number): Task {
  const rest = new Map<string, string[]>();
  for (const { item } of share) rest.set(item.account_id, [...(rest.get(item.account_id) ?? []), item.region]);
  const begun = share.flatMap((each) => each.begun ?? []);
  return {
    id: `${task.id}.${number}`,
    auditor: task.auditor,
    accounts: [...rest.keys()],
    regions: [...new Set(share.map(({ item }) => item.region))],
    group: task.group,
    parts: [...(task.parts ?? []), of],
    rest: [...rest].map(([account_id, regions]) => ({ account_id, regions })),
    ...(begun.length ? { begun } : {}),
  };
}
