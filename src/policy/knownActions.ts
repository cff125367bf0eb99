/**
 * IAM's actions as AWS's Service Authorization Reference lists them, on the day `asOf` of data/knownActions.json. What
 * is not listed may be newer.
 *
 * Exports:
 * - {@link knownServices}`(): ReadonlyMap<string, KnownService>`: by prefix (`s3`), actions, ARN patterns of resource
 *   types, types of condition keys
 * - {@link knownActions}`(): readonly string[]`: `s3:GetObject`, …
 * - {@link rcpServices}`(): ReadonlySet<string>`: prefixes of services whose resources RCPs limit
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
import packed from "./data/knownActions.json" with { type: "json" };
import { unpack } from "./packed.ts";

export interface KnownAction {
  /** `List`, `Read`, `Write`, `Permissions management` or `Tagging`, or several. */
  accessLevel: string;
  /** Names of the resource types it takes; none: `*` only. */
  resourceTypes: readonly string[];
  conditionKeys: readonly string[];
}

export interface KnownService {
  actions: ReadonlyMap<string, KnownAction>;
  /** Patterns such as `arn:${Partition}:s3:::${BucketName}` by the type's name. */
  resourceTypes: ReadonlyMap<string, string>;
  /** `String`, `ArrayOfString`, `ARN`, … by the key's name. */
  conditionKeys: ReadonlyMap<string, string>;
}

interface Packed {
  rcpServices: string[];
  services: Record<
    string,
    {
      actions: Record<string, { l: string; r?: string[]; k?: string[] }>;
      resourceTypes: Record<string, string>;
      keys: Record<string, string>;
    }
  >;
}

const lazy = <T>(make: () => T): (() => T) => {
  let cached: { value: T } | undefined;
  return () => {
    cached ??= { value: make() };
    return cached.value;
  };
};

const facts = lazy(() => unpack<Packed>(packed));

export const knownServices = lazy(
  (): ReadonlyMap<string, KnownService> =>
    new Map(
      Object.entries(facts().services).map(([prefix, { actions, resourceTypes, keys }]) => [
        prefix,
        {
          actions: new Map(
            Object.entries(actions).map(([name, { l, r, k }]) => [
              name,
              { accessLevel: l, resourceTypes: r ?? [], conditionKeys: k ?? [] },
            ]),
          ),
          resourceTypes: new Map(Object.entries(resourceTypes)),
          conditionKeys: new Map(Object.entries(keys)),
        },
      ]),
    ),
);

export const knownActions = lazy((): readonly string[] =>
  [...knownServices()].flatMap(([prefix, { actions }]) => [...actions.keys()].map((name) => `${prefix}:${name}`)),
);

/** @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services */
export const rcpServices = lazy((): ReadonlySet<string> => new Set(facts().rcpServices));
