import * as z from "zod";

/** Who reads a run's commits to seal it, and the time at which that one is over for certain. */
export const SealingHold = z.object({
  /** The request: Lambda's retries of it have the same, and go on where the one before died. */
  holder: z.string(),
  /** Milliseconds since the epoch: when Lambda ends the function at the latest. */
  until: z.number().int(),
});
export type SealingHold = z.infer<typeof SealingHold>;
