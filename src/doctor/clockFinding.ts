import { WRONG_FROM_MS } from "../collect/awsClock.ts";
import { type Finding, ok, problem } from "./finding.ts";

/** Whether a clock is near enough to AWS's. @param offset milliseconds that AWS's clock is ahead */
export function clockFinding(whose: string, offset: number): Finding {
  if (Math.abs(offset) < WRONG_FROM_MS) return ok("clock", `the clock of ${whose} is AWS's, within four minutes`);
  const minutes = Math.round(Math.abs(offset) / 60_000);
  return problem(
    "clock",
    `the clock of ${whose} is ${minutes} minutes ${offset > 0 ? "behind" : "ahead of"} AWS's`,
    "Set the clock (NTP): AWS refuses signatures of another time, and each refusal is asked for again.",
  );
}
