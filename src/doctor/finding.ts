/** What the doctor says of one thing it looked at. */
export interface Finding {
  /** What was looked at: `trust`, `policy`, `key` … */
  check: string;
  /** `trouble` wants something done, a `note` is for you to know, `unknown` could not be looked at. */
  verdict: "well" | "trouble" | "note" | "unknown";
  says: string;
  /** What to do. */
  remedy?: string;
}

export const well = (check: string, says: string): Finding => ({ check, verdict: "well", says });
export const note = (check: string, says: string): Finding => ({ check, verdict: "note", says });
export const trouble = (check: string, says: string, remedy: string): Finding => ({
  check,
  verdict: "trouble",
  says,
  remedy,
});
export const unknown = (check: string, says: string, remedy?: string): Finding => ({
  check,
  verdict: "unknown",
  says,
  ...(remedy ? { remedy } : {}),
});
