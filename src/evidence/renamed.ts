/**
 * Lets a schema read a document whose member had another name in an earlier release.
 * @returns the document with the member under its name of today; anything else as it is
 */
export const renamed =
  (before: string, now: string) =>
  (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || !(before in value) || now in value) return value;
    const { [before]: member, ...others } = value as Record<string, unknown>;
    return { ...others, [now]: member };
  };
