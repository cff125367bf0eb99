import { parse } from "yaml";
import * as z from "zod";
import { Exception } from "./exception.ts";
import type { Verdict } from "./verdict.ts";

/** Exceptions that cannot be used, for whoever wrote them. */
export class ExceptionsError extends Error {}

/**
 * Exceptions of a YAML file: a list, or an object with the list under `exceptions`.
 * @throws ExceptionsError naming every entry that is wrong, and each control there is none of
 */
export function parseExceptions(text: string, path: string, controls: readonly { id: string }[]): Exception[] {
  let said: unknown;
  try {
    said = parse(text) ?? [];
  } catch (error) {
    throw new ExceptionsError(`${path} is no YAML: ${(error as Error).message.split("\n")[0]}`);
  }
  const parsed = z
    .union([
      z.array(z.unknown()),
      z.strictObject({ exceptions: z.array(z.unknown()) }).transform((all) => all.exceptions),
    ])
    .safeParse(said);
  if (!parsed.success) throw new ExceptionsError(`${path}: a list of exceptions is expected`);
  const ids = new Set(controls.map(({ id }) => id));
  const problems: string[] = [];
  const exceptions = parsed.data.flatMap((each, index) => {
    const exception = Exception.safeParse(each, {
      error: ({ input }) => (input === undefined ? "is missing" : undefined),
    });
    const problem = exception.success
      ? !ids.has(exception.data.control) && `control: there is no control ${exception.data.control}`
      : exception.error.issues.map(({ path: at, message }) => `${at.join(".") || "it"}: ${message}`).join(", ");
    if (problem) problems.push(`exception ${index + 1}: ${problem}`);
    return exception.success ? [exception.data] : [];
  });
  if (problems.length) throw new ExceptionsError(`${path}: ${problems.join("; ")}`);
  return exceptions;
}

/** Marks the failures that somebody answers for; an expired exception stays a failure, and is named. */
export class Exceptions {
  private readonly idle: Set<Exception>;
  private readonly byControl = new Map<string, { exception: Exception; expired: boolean; matches: RegExp }[]>();

  /** @param today the day, `2026-11-24`: an exception holds until its last day is over */
  constructor(exceptions: readonly Exception[], today: string) {
    this.idle = new Set(exceptions);
    for (const exception of exceptions) {
      const all = this.byControl.get(exception.control) ?? [];
      all.push({ exception, expired: exception.expires < today, matches: pattern(exception.resource ?? "*") });
      this.byControl.set(exception.control, all);
    }
  }

  /** Those that have met no failure: what they were for is gone, or they name the wrong thing. */
  get unused(): Exception[] {
    return [...this.idle];
  }

  /** Whether there is one for a control. */
  concern(control: string): boolean {
    return this.byControl.has(control);
  }

  /** The verdict as it is with the exceptions. */
  over(verdict: Verdict): Verdict {
    if (verdict.status !== "fail") return verdict;
    const covering = (this.byControl.get(verdict.control) ?? []).filter(
      ({ exception: { account }, matches }) =>
        (!account || account === verdict.account_id) &&
        [verdict.resource?.arn, verdict.resource?.resource_id].some((name) => matches.test(name ?? "")),
    );
    // One that still holds goes before one that has expired.
    const found = covering.find(({ expired }) => !expired) ?? covering[0];
    if (!found) return verdict;
    this.idle.delete(found.exception);
    return {
      ...verdict,
      status: found.expired ? "fail" : "excepted",
      exception: { ...found.exception, expired: found.expired },
    };
  }
}

const pattern = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
    "s",
  );
