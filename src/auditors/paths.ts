/**
 * Where a value is in an answer: `Endpoint.Address`. A list on the way is walked through, so that
 * `Reservations.Instances` are the instances of all reservations.
 */
export type Path = string;

/** The values at a path, lists taken apart; nothing where the path leads nowhere. */
export function valuesAt(value: unknown, path: Path): unknown[] {
  let found: unknown[] = flat(value);
  for (const member of path.split("."))
    found = found.flatMap((each) =>
      each !== null && typeof each === "object" ? flat((each as Record<string, unknown>)[member]) : [],
    );
  return found;
}

/** The value at a path whose members are no lists; undefined where it leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  let found: unknown = value;
  for (const member of path.split("."))
    found = found !== null && typeof found === "object" ? (found as Record<string, unknown>)[member] : undefined;
  return found ?? undefined;
}

const flat = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value.flatMap(flat) : [value];

/** Where a resource is, for the templates and inputs that say so. */
export interface Where {
  partition: string;
  account: string;
  /** The region that is called, also for a global service. */
  region: string;
}

/** Where a resource is, its ARN included. */
export interface WhereResource extends Where {
  arn: string | null;
}

/**
 * A template with its places filled: `{partition}`, `{account}`, `{region}` and `{arn}`, and members of the resource
 * by their path.
 * @returns undefined where a member is not there
 */
export function filled(template: string, resource: unknown, where: Where | WhereResource): string | undefined {
  let whole = true;
  const text = template.replace(/\{([\w.]+)\}/g, (_all, placeholder: string) => {
    const value = placeholder in where ? where[placeholder as keyof typeof where] : valueAt(resource, placeholder);
    if (value === undefined || value === null) whole = false;
    return String(value);
  });
  return whole ? text : undefined;
}

export const isTemplate = (text: string): boolean => text.includes("{");

/** The members of an answer that a path or a template reads. */
export const pathsIn = (text: string): Path[] =>
  isTemplate(text)
    ? [...text.matchAll(/\{([\w.]+)\}/g)]
        .map(([, path]) => path!)
        .filter((path) => !["partition", "account", "region", "arn"].includes(path))
    : [text];

/** What a declaration's word stands for: a path or a template of the resource where it is a string, itself otherwise. */
export const valueFrom = (from: unknown, resource: unknown, where: Where | WhereResource): unknown =>
  typeof from !== "string" ? from : isTemplate(from) ? filled(from, resource, where) : valueAt(resource, from);
