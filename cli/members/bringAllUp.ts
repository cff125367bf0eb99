import pLimit from "p-limit";
import type { MemberStack } from "./memberStack.ts";
import type { UpRecord } from "./upRecord.ts";

/** Brings one stack up. @returns resources by what became of them, `{ create: 4 }` @throws Error saying why it could not */
export type BringUp = (stack: MemberStack) => Promise<Record<string, number>>;

/** What became of a stack. */
export interface StackUpdate {
  account: string;
  stack: string;
  /** `standing`: nothing it is made from has changed since it was brought up; `left`: it was stopped before. */
  result: "up" | "standing" | "failed" | "left";
  /** Resources by what became of them. */
  changes?: Record<string, number>;
  problem?: string;
  ms?: number;
}

interface Rollout {
  stacks: readonly MemberStack[];
  bringUp: BringUp;
  record: UpRecord;
  /** Stacks under way at the same time. */
  atOnce: number;
  /** Brings up what stands, too. */
  again?: boolean | undefined;
  /** Begins with no more of them; those under way end. */
  stop: AbortSignal;
  /** Told of each stack when it has ended. */
  tell: (update: StackUpdate) => void;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Brings stacks up, some at a time, in their order. One that fails does not stop the others. What was brought up is
 * recorded at once: called again, only what failed, was left, or has changed since is brought up.
 */
export async function bringAllUp({
  stacks,
  bringUp,
  record,
  atOnce,
  again,
  ...rollout
}: Rollout): Promise<StackUpdate[]> {
  const { stop, tell, now } = rollout;
  const limit = pLimit(atOnce);
  const one = async (stack: MemberStack): Promise<StackUpdate> => {
    const about = { account: stack.account, stack: stack.name };
    if (stop.aborted) return { ...about, result: "left" };
    const last = record.last(stack.name);
    if (!again && last && !last.problem && last.fingerprint === stack.fingerprint)
      return { ...about, result: "standing" };
    const began = now();
    const remember = (problem?: string) =>
      record.keep(stack.name, {
        fingerprint: stack.fingerprint,
        at: new Date(now()).toISOString(),
        ...(problem === undefined ? {} : { problem }),
      });
    try {
      const changes = await bringUp(stack);
      remember();
      return { ...about, result: "up", changes, ms: now() - began };
    } catch (error) {
      const problem = (error as Error).message;
      remember(problem);
      return { ...about, result: "failed", problem, ms: now() - began };
    }
  };
  return Promise.all(
    stacks.map((stack) =>
      limit(async () => {
        const update = await one(stack);
        tell(update);
        return update;
      }),
    ),
  );
}
