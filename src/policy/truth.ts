/**
 * Three values: true, false, and what depends on something that is not known, with what that is.
 *
 * Exports: {@link Truth}, {@link YES}, {@link NO}, {@link whether}, {@link dependsOn}, {@link unclear}, {@link all},
 * {@link any}, {@link not}.
 */

/** `value` undefined: it depends, on keys whose values nobody knows, or on what is not understood. */
export interface Truth {
  readonly value: boolean | undefined;
  /** Condition keys on which it hangs, as the policy writes them. */
  readonly keys: readonly string[];
  /** What is not understood, in words. */
  readonly problems: readonly string[];
}

export const YES: Truth = { value: true, keys: [], problems: [] };
export const NO: Truth = { value: false, keys: [], problems: [] };

export const whether = (value: boolean): Truth => (value ? YES : NO);
export const dependsOn = (...keys: string[]): Truth => ({ value: undefined, keys, problems: [] });
export const unclear = (...problems: string[]): Truth => ({ value: undefined, keys: [], problems });

const joined = (truths: readonly Truth[]): Truth => ({
  value: undefined,
  keys: [...new Set(truths.flatMap(({ keys }) => keys))],
  problems: [...new Set(truths.flatMap(({ problems }) => problems))],
});

const isOpen = ({ value }: Truth): boolean => value === undefined;

/** True where all are, false where one is false. */
export function all(truths: readonly Truth[]): Truth {
  let open = false;
  for (const { value } of truths) {
    if (value === false) return NO;
    open ||= value === undefined;
  }
  return open ? joined(truths.filter(isOpen)) : YES;
}

/** True where one is, false where none can be. */
export function any(truths: readonly Truth[]): Truth {
  let open = false;
  for (const { value } of truths) {
    if (value === true) return YES;
    open ||= value === undefined;
  }
  return open ? joined(truths.filter(isOpen)) : NO;
}

export const not = (truth: Truth): Truth => (truth.value === undefined ? truth : whether(!truth.value));
