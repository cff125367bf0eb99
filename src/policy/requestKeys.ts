/**
 * Condition keys that follow from a request itself: who calls, what, where. Keys that are given or named unknown stay
 * as they are; a key that does not follow (an address, TLS, tags) is not invented.
 *
 * Exports: {@link requestKeys}, {@link KeysRequest}.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
 */
import type { Caller } from "./caller.ts";
import { type ContextValues, contextOf, type RequestContext } from "./context.ts";

export interface KeysRequest {
  caller: Caller;
  action: string;
  /** ARN, or `*`. */
  resource: string;
  resourceAccount: string | undefined;
  context: ContextValues;
  unknown: readonly string[];
  /** When the request is made. */
  now: Date;
}

/** Services with one endpoint for all regions: their requests are requests to this region. */
const GLOBAL_REGION: Record<string, string> = Object.fromEntries(
  ["iam", "organizations", "route53", "cloudfront", "support", "budgets", "ce", "account", "waf", "shield"].map(
    (service) => [service, "us-east-1"],
  ),
);

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties */
function callerKeys({ kind, name, account, partition, role }: Caller): ContextValues {
  const signed = { "aws:PrincipalIsAWSService": "false", ...(account ? { "aws:PrincipalAccount": account } : {}) };
  const last = name.split("/").at(-1)!;
  switch (kind) {
    case "user":
      return { ...signed, "aws:PrincipalArn": name, "aws:PrincipalType": "User", "aws:username": last };
    case "role":
      return { ...signed, "aws:PrincipalArn": name, "aws:PrincipalType": "AssumedRole" };
    case "session": {
      const path = role!.startsWith("AWSReservedSSO_") ? "aws-reserved/sso.amazonaws.com/" : "";
      const arn = `arn:${partition}:iam::${account}:role/${path}${role}`;
      return { ...signed, "aws:PrincipalArn": arn, "aws:PrincipalType": "AssumedRole" };
    }
    case "federatedUser":
      return {
        ...signed,
        "aws:PrincipalArn": name,
        "aws:PrincipalType": "FederatedUser",
        "aws:userid": `${account}:${last}`,
      };
    case "root":
      return { ...signed, "aws:PrincipalArn": name, "aws:PrincipalType": "Account", "aws:userid": account! };
    case "service":
      return {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": name,
        "aws:PrincipalServiceNamesList": [name],
      };
    case "federated":
      return {};
    case "anonymous":
      return {
        "aws:PrincipalType": "Anonymous",
        "aws:userid": "anonymous",
        "aws:PrincipalAccount": "anonymous",
      };
  }
}

function placeKeys({ action, resource, resourceAccount, caller }: KeysRequest): ContextValues {
  const [service = ""] = action.toLowerCase().split(":");
  const region = resource.split(":")[3] || (caller.partition === "aws" ? GLOBAL_REGION[service] : undefined);
  return {
    ...(resourceAccount ? { "aws:ResourceAccount": resourceAccount } : {}),
    ...(region && !/[*?]/.test(region) ? { "aws:RequestedRegion": region } : {}),
    ...(region && service === "ec2" ? { "ec2:Region": region } : {}),
    ...(service === "s3" && resourceAccount ? { "s3:ResourceAccount": resourceAccount } : {}),
    ...(service === "kms" && caller.account ? { "kms:CallerAccount": caller.account } : {}),
  };
}

/** The two keys of time, from one another or from the clock. */
function timeKeys(given: ReadonlyMap<string, string | number | boolean | readonly string[]>, now: Date): ContextValues {
  const time = given.get("aws:currenttime");
  const epoch = given.get("aws:epochtime");
  const moment =
    time !== undefined ? Date.parse(String(time)) : epoch !== undefined ? Number(epoch) * 1000 : now.getTime();
  if (Number.isNaN(moment)) return {};
  return {
    "aws:CurrentTime": new Date(moment).toISOString(),
    "aws:EpochTime": String(Math.floor(moment / 1000)),
  };
}

function calledViaKeys(given: ReadonlyMap<string, string | number | boolean | readonly string[]>): ContextValues {
  const via = given.get("aws:calledvia");
  const chain = via === undefined ? [] : Array.isArray(via) ? via.map(String) : [String(via)];
  if (!chain.length) return { "aws:ViaAWSService": "false" };
  return { "aws:ViaAWSService": "true", "aws:CalledViaFirst": chain[0]!, "aws:CalledViaLast": chain.at(-1)! };
}

function tagKeys(given: ReadonlyMap<string, unknown>): ContextValues {
  const prefix = "aws:requesttag/";
  const names = [...given.keys()].filter((each) => each.toLowerCase().startsWith(prefix));
  return names.length ? { "aws:TagKeys": names.map((each) => each.slice(prefix.length)) } : {};
}

/** All keys of the request: what is given, and what follows from it. */
function allKeys(request: KeysRequest): RequestContext {
  const given = new Map(Object.entries(request.context).map(([key, value]) => [key.toLowerCase(), value] as const));
  const derived = {
    ...timeKeys(given, request.now),
    ...calledViaKeys(given),
    ...tagKeys(new Map(Object.entries(request.context))),
    ...placeKeys(request),
    ...callerKeys(request.caller),
  };
  const filled = Object.entries(derived).filter(([key]) => !given.has(key.toLowerCase()));
  return contextOf({ ...Object.fromEntries(filled), ...request.context }, request.unknown);
}

/** The request's context: what is given, what nobody knows, and what follows from the request. */
export function requestKeys(request: KeysRequest): RequestContext {
  let keys: RequestContext | undefined;
  return {
    // Most requests meet no condition and no variable: their keys are never put together.
    get(key) {
      keys ??= allKeys(request);
      return keys.get(key);
    },
  };
}
