import type { Item } from "../src/evidence/item.ts";
import type { Manifest } from "../src/evidence/manifest.ts";
import type { Plan } from "../src/evidence/plan.ts";
import type { TaskOutcome } from "../src/evidence/taskOutcome.ts";

/**
 * Times of a run that fall: what comes after another thing says that it came before it.
 * @param apart milliseconds by which the clocks of the run's functions differ at most
 */
export function fallingTimes(
  { plan, manifest, commits, items }: { plan: Plan; manifest: Manifest; commits: TaskOutcome[]; items: Iterable<Item> },
  apart: number,
): string[] {
  const found: string[] = [];
  const rises = (what: string, before: string, then: string, after: string) => {
    if (Date.parse(after) < Date.parse(before) - apart) found.push(`${what} at ${before}, and ${then} at ${after}`);
  };
  const committed = new Map(commits.map((commit) => [commit.task, commit]));
  for (const { task, committed_at, outcomes, ran } of commits) {
    rises(`run ${plan.run_id} started`, plan.started_at, `its task ${task} committed`, committed_at);
    rises(`task ${task} committed`, committed_at, "the run was sealed", manifest.sealed_at);
    const parent = committed.get(task.replace(/\.\d+$/, ""));
    if (parent && parent.task !== task)
      rises(`task ${parent.task} handed over`, parent.committed_at, `${task} committed`, committed_at);
    for (const ms of [...outcomes.map((outcome) => outcome.ms), ran?.ms ?? 0])
      if (!(ms >= 0)) found.push(`task ${task} took ${ms} ms`);
  }
  for (const { collected_at, resource_id } of items) {
    rises(`run ${plan.run_id} started`, plan.started_at, `${resource_id} was collected`, collected_at);
    rises(`${resource_id} was collected`, collected_at, "the run was sealed", manifest.sealed_at);
  }
  return found;
}

/** Times that fall within one function: it never dates what it does later before what it did. */
export function fallingWithin({ task, committed_at }: TaskOutcome, items: readonly Item[]): string[] {
  return items.flatMap(({ collected_at, resource_id }) =>
    Date.parse(committed_at) < Date.parse(collected_at)
      ? [`task ${task} collected ${resource_id} at ${collected_at}, and committed it at ${committed_at}`]
      : [],
  );
}

/**
 * Sealing times that fall along the chain: one sealer's clock tells them all.
 * @param putBack milliseconds by which that clock was put back
 */
export function fallingSeals(manifests: readonly Manifest[], putBack = 0): string[] {
  const inOrder = [...manifests].sort((a, b) => a.sequence - b.sequence);
  return inOrder.flatMap((manifest, n) => {
    const before = inOrder[n - 1];
    return before && Date.parse(manifest.sealed_at) < Date.parse(before.sealed_at) - putBack
      ? `sequence number ${before.sequence} was sealed at ${before.sealed_at}, and ${manifest.sequence} at ${manifest.sealed_at}`
      : [];
  });
}
