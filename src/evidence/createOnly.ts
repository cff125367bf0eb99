/** Conflicts in a row that are waited out: each is one other write of the same key, under way at the same time. */
const CONFLICTS_AT_MOST = 10;

/**
 * Makes an object that must not be there yet (`If-None-Match: *`). A conflict (409) says that another write of the key
 * is under way, and not who wins: asked again, S3 knows. It is not looked for with a read, which the role may not do.
 * @param put the conditional write, made anew at each call
 * @returns false when the object is there already
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export async function createOnly(put: () => Promise<unknown>): Promise<boolean> {
  for (let conflicts = 1; ; conflicts++) {
    try {
      await put();
      return true;
    } catch (error) {
      const { name } = error as Error;
      if (name === "PreconditionFailed") return false;
      if (name !== "ConditionalRequestConflict" || conflicts >= CONFLICTS_AT_MOST) throw error;
    }
  }
}
