import * as z from "zod";
import { renamed } from "./renamed.ts";

/** Who reads a run's commits to seal it, and the time at which that one is over for certain. */
export const SealLease = z.preprocess(
  renamed("until", "expiresAt"),
  z.object({
    /** The request: Lambda's retries of it have the same, and go on where the one before died. */
    holder: z.string(),
    /** Milliseconds since the epoch: when Lambda ends the function at the latest. */
    expiresAt: z.number().int(),
  }),
);
export type SealLease = z.infer<typeof SealLease>;
