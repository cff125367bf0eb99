import { randomOf } from "../random.ts";
import type { Call } from "../service.ts";
import { isHome, kebab, nameOf, type Scope, stringOf, tagsOf } from "./words.ts";

/** The region of what has none, as AWS Config calls it. */
export const GLOBAL = "global";
const GLOBAL_TYPES = /^AWS::(IAM|CloudFront|Route53|GlobalAccelerator|Organizations|NetworkManager)::/;

/** A resource of which no more is known than its type's name. */
export interface AnyResource {
  id: string;
  arn: string;
  name: string;
  created: Date;
  tags: Record<string, string>;
  /** As a CloudFormation schema might have them. */
  properties: Record<string, unknown>;
}

/** Resources of a type in an account's region, whatever the type is; those of a global one are in {@link GLOBAL}. */
export function resourcesOf(
  type: string,
  { state, account, region }: Pick<Call, "account" | "region" | "state">,
): AnyResource[] {
  const isGlobal = GLOBAL_TYPES.test(type);
  if (isGlobal ? region !== GLOBAL : region === GLOBAL || !isHome(state.seed, account, region)) return [];
  const [, service = "", kind = ""] = type.split("::");
  const random = randomOf(`${state.seed} ${account} ${region} ${type}`);
  return Array.from({ length: Math.floor(random() * 4) }, (_none, index) => {
    const scope: Scope = {
      seed: state.seed,
      account,
      region: isGlobal ? "us-east-1" : region,
      service: service.toLowerCase(),
      kind: kebab(kind),
      index,
      random,
    };
    const id = nameOf(scope);
    const tags = tagsOf(scope);
    const arn = `arn:aws:${scope.service}:${isGlobal ? "" : region}:${account}:${scope.kind}/${id}`;
    return {
      id,
      arn,
      name: id,
      tags,
      created: new Date(Date.UTC(2024, index, 3)),
      properties: {
        [`${kind}Name`]: id,
        Arn: arn,
        Description: stringOf(scope, "Description"),
        // What a type can hold that nobody has looked at.
        Parameters: { Password: `hunter-${index}` },
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      },
    };
  });
}
