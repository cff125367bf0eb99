/** Conflicts in a row that are waited out: each is one other write of the same key, under way at the same time. */
const CONFLICTS_AT_MOST = 10;
/** Milliseconds within which the first conflict is asked about again; twice as many after each further one. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Makes an object that must not be there yet (`If-None-Match: *`). A conflict (409) says that another write of the key
 * is under way, and not who wins: asked again after a pause, S3 knows. It is not looked for with a read, which the
 * role may not do.
 * @param put the conditional write, made anew at each call
 * @param conflictsAtMost 0 for what cannot be asked again: after a conflict, an upload in parts has to begin anew
 * @returns false when the object is there already
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export async function createOnly(
  put: () => Promise<unknown>,
  conflictsAtMost: number = CONFLICTS_AT_MOST,
): Promise<boolean> {
  for (let conflicts = 1; ; conflicts++) {
    try {
      await put();
      return true;
    } catch (error) {
      const { name } = error as Error;
      if (name === "PreconditionFailed") return false;
      if (name !== "ConditionalRequestConflict" || conflicts > conflictsAtMost) throw error;
      const within = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (conflicts - 1));
      // Two that were refused at the same time are not to come back at the same time.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * within));
    }
  }
}
