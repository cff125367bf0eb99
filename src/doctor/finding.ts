/** What the doctor found of one thing it looked at. */
export interface Finding {
  /** What was looked at: `trust`, `policy`, `key` … */
  check: string;
  /** `problem` wants something done, a `note` is for you to know, `unknown` could not be looked at. */
  verdict: "ok" | "problem" | "note" | "unknown";
  message: string;
  /** What to do. */
  remedy?: string;
}

export const ok = (check: string, message: string): Finding => ({ check, verdict: "ok", message });
export const note = (check: string, message: string): Finding => ({ check, verdict: "note", message });
export const problem = (check: string, message: string, remedy: string): Finding => ({
  check,
  verdict: "problem",
  message,
  remedy,
});
export const unknown = (check: string, message: string, remedy?: string): Finding => ({
  check,
  verdict: "unknown",
  message,
  ...(remedy ? { remedy } : {}),
});
