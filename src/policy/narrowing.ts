/**
 * What a condition says about who may come in, or from where: the keys that tell callers apart, and which values of
 * them are fixed. Everything else (time, TLS, tags that a caller sets, …) narrows nothing.
 *
 * Exports: {@link narrowingOf}, {@link Narrowing}, {@link NarrowingRequest}, {@link keysPresent}.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
import { ownerClaim } from "./federation.ts";
import { containsRange, type IpRange, ipRange } from "./ipRange.ts";
import { type Operator, operatorOf } from "./operators.ts";
import type { Condition, Policy } from "./parse.ts";
import { hasVariables } from "./variables.ts";

/**
 * - `callers`: the caller is one of these
 * - `sources`: an AWS service that acts for one of these
 * - `nothing`: it may be anybody all the same
 * - `never`: no value of the key fits
 * - `notKnown`: what the condition comes to is not understood
 */
export type Narrowing =
  | { to: "callers" | "sources"; kind: "principals" | "accounts" | "organizations" | "networks"; members: string[] }
  | { to: "services"; members: string[] }
  | { to: "nothing" }
  | { to: "never" }
  /** `ofCaller`: only who has a key that services lack gets in. */
  | { to: "notKnown"; why: string; ofCaller?: boolean };

export interface NarrowingRequest {
  version: Policy["version"];
  /** `holds`: what an Allow's condition lets in. `fails`: what a Deny's condition lets through. */
  when: "holds" | "fails";
  /** Keys that are in the context of every request in question, lower case. */
  present: ReadonlySet<string>;
}

interface WhoKey {
  to: "callers" | "sources" | "services";
  kind: "principals" | "accounts" | "organizations" | "networks";
  /** Whether a value names somebody: no wildcard where the account, the organization or the network stands. */
  fixed(value: string, wild: boolean): boolean;
}

const withoutWildcard = (text: string): boolean => !/[*?]/.test(text);
const exact = (value: string, wild: boolean): boolean => value !== "" && (!wild || withoutWildcard(value));

/** An ARN whose account is fixed; of a bucket, which has none, its name. */
function fixedArn(value: string, wild: boolean): boolean {
  if (!wild || withoutWildcard(value)) return value !== "";
  const [, , service = "", , account = "", ...rest] = value.split(":");
  if (account) return withoutWildcard(account);
  const [name = ""] = rest.join(":").split("/");
  return service === "s3" && name !== "" && withoutWildcard(name);
}

/** Organization paths begin with the organization: `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*`. */
const fixedPath = (value: string, wild: boolean): boolean => exact(value.split("/")[0] ?? "", wild);

/** Unique ids stand before the session's name: `AROAEXAMPLEID:*`. */
const fixedUserId = (value: string, wild: boolean): boolean => exact(value.split(":")[0] ?? "", wild);

/** An endpoint with a fixed mail domain, host, or account. */
function fixedEndpoint(value: string, wild: boolean): boolean {
  if (!wild || withoutWildcard(value)) return value !== "";
  if (value.startsWith("arn:")) return fixedArn(value, wild);
  const [, host] = /^https?:\/\/([^/]+)(?:\/|$)/.exec(value) ?? /@([^@]+)$/.exec(value) ?? [];
  return host !== undefined && withoutWildcard(host);
}

/** A range; IPv6's way of writing IPv4 addresses, `::ffff:0:0/96`, is the range of IPv4 that it stands for. */
function rangeOf(value: string): IpRange | undefined {
  const range = ipRange(value);
  if (range?.version !== 6 || range.prefix < 96 || range.first >> 32n !== 0xffffn) return range;
  return { version: 4, first: range.first & 0xffffffffn, prefix: range.prefix - 96 };
}

/** Ranges wider than AWS's own limits for a bucket policy that is not public are everybody. */
const IPV4_WIDEST = 8;
const IPV6_WIDEST = 32;
function fixedRange(value: string): boolean {
  const range = rangeOf(value);
  return range !== undefined && range.prefix >= (range.version === 4 ? IPV4_WIDEST : IPV6_WIDEST);
}

const key = (to: WhoKey["to"], kind: WhoKey["kind"], fixed: WhoKey["fixed"] = exact): WhoKey => ({ to, kind, fixed });

const WHO: Record<string, WhoKey> = {
  "aws:principalorgid": key("callers", "organizations"),
  "aws:principalorgpaths": key("callers", "organizations", fixedPath),
  "aws:principalaccount": key("callers", "accounts"),
  "kms:calleraccount": key("callers", "accounts"),
  "aws:sourceowner": key("callers", "accounts"),
  "aws:principalarn": key("callers", "principals", fixedArn),
  "aws:userid": key("callers", "principals", fixedUserId),
  "sts:externalid": key("callers", "principals"),
  "sns:endpoint": key("callers", "principals", fixedEndpoint),
  "ec2:sourceinstancearn": key("callers", "principals", fixedArn),
  "lambda:sourcefunctionarn": key("callers", "principals", fixedArn),
  "aws:chatbotsourcearn": key("callers", "principals", fixedArn),
  "aws:vpceaccount": key("callers", "accounts"),
  "aws:vpceorgid": key("callers", "organizations"),
  "aws:vpceorgpaths": key("callers", "organizations", fixedPath),
  "aws:sourcevpc": key("callers", "networks"),
  "aws:sourcevpce": key("callers", "networks"),
  "aws:sourcevpcarn": key("callers", "networks", fixedArn),
  "aws:sourceip": key("callers", "networks", fixedRange),
  "s3:dataaccesspointaccount": key("callers", "accounts"),
  "s3:dataaccesspointarn": key("callers", "networks", fixedArn),
  "elasticfilesystem:accessedviamounttarget": key("callers", "networks", (value) => value.toLowerCase() === "true"),
  "aws:sourceaccount": key("sources", "accounts"),
  "aws:sourcearn": key("sources", "principals", fixedArn),
  "aws:sourceorgid": key("sources", "organizations"),
  "aws:sourceorgpaths": key("sources", "organizations", fixedPath),
  // The id of an Alexa skill: https://docs.aws.amazon.com/lambda/latest/dg/services-alexa.html
  "lambda:eventsourcetoken": key("sources", "principals"),
  "kms:encryptioncontext:aws:logs:arn": key("sources", "principals", fixedArn),
  "aws:principalservicename": key("services", "principals"),
  "aws:principalservicenameslist": key("services", "principals"),
  "aws:principalisawsservice": key("services", "principals", (value) => value.toLowerCase() === "true"),
};

/** Services have no account and no organization of their own in these keys. */
const ofCaller = ({ to, kind }: Pick<WhoKey, "to" | "kind">): boolean => to === "callers" && kind !== "networks";

function whoKey(name: string): WhoKey | undefined {
  const claim = WHO[name] ? undefined : ownerClaim(name);
  return claim ? key("callers", "principals", claim) : WHO[name];
}

/** Keys in the `aws:` namespace that say nothing about who: known, so that an unknown one is noticed. */
const SILENT = new Set(
  `assumedroot calledvia calledviafirst calledvialast currenttime ec2instancesourceprivateipv4 ec2instancesourcevpc
  epochtime federatedprovider issuer multifactorauthage multifactorauthpresent principalisawsservice principaltype
  referer requestedregion resourceaccount resourceorgid resourceorgpaths securetransport signinsessionarn sourceidentity
  tagkeys tokenissuetime useragent username viaawsservice vpcsourceip`
    .split(/\s+/)
    .map((each) => `aws:${each}`),
);
const SILENT_FAMILIES = ["aws:principaltag/", "aws:requesttag/", "aws:resourcetag/"];

/** The own account and organization of the resource, as variables. */
const OWN: Record<string, string> = {
  "${aws:resourceaccount}": "aws:ResourceAccount",
  "${aws:resourceorgid}": "aws:ResourceOrgID",
};

/** Operators that can be read as "one of these values". */
const readable = ({ type, comparison }: Operator): boolean =>
  type === "String" || type === "Arn" || type === "IpAddress" || (type === "Bool" && comparison === "equals");

/** Keys that a statement's other conditions make sure are there. */
export const keysPresent = (conditions: readonly Condition[]): Set<string> =>
  new Set(
    conditions.flatMap((condition) => {
      const operator = operatorOf(condition.operator);
      if (!operator || operator.ifExists || operator.negated || operator.set === "ForAllValues") return [];
      const lowered = condition.values.map((each) => each.toLowerCase());
      return operator.type === "Null" && !(lowered.length === 1 && lowered[0] === "false")
        ? []
        : [condition.key.toLowerCase()];
    }),
  );

/**
 * Whether what is let in has the key with one of the values: of an Allow that takes an operator that is not negated and
 * does not hold without the key; of a Deny one that is negated and holds without the key.
 */
function fixesKey(operator: Operator, when: NarrowingRequest["when"], present: boolean): boolean {
  if (when === "holds")
    return !operator.negated && (present || !(operator.ifExists || operator.set === "ForAllValues"));
  return operator.negated && (present || operator.ifExists || operator.set !== "ForAnyValue");
}

/** A Bool that fails with `false` holds with `true`, where the key is there or its absence is denied as well. */
const failsFalse = (operator: Operator, condition: Condition, present: boolean): boolean =>
  operator.type === "Bool" &&
  (present || operator.ifExists) &&
  condition.values.length > 0 &&
  condition.values.every((each) => each.toLowerCase() === "false");

/** @see NarrowingRequest */
export function narrowingOf(condition: Condition, { version, when, present }: NarrowingRequest): Narrowing {
  const name = condition.key.toLowerCase();
  const who = whoKey(name);
  const operator = operatorOf(condition.operator);
  if (!operator) return { to: "notKnown", why: `the condition operator ${condition.operator} is unknown` };
  if (!who) {
    const understood =
      !name.startsWith("aws:") || SILENT.has(name) || SILENT_FAMILIES.some((each) => name.startsWith(each));
    return understood ? { to: "nothing" } : { to: "notKnown", why: `the condition key ${condition.key} is unknown` };
  }
  if (operator.type === "Null") return { to: "nothing" };
  if (when === "fails" && failsFalse(operator, condition, present.has(name)) && who.to === "services")
    return { to: "services", members: ["*"] };
  if (!fixesKey(operator, when, present.has(name))) return { to: "nothing" };
  if (!readable(operator))
    return {
      to: "notKnown",
      why: `${condition.operator} of ${condition.key} is not understood`,
      ofCaller: ofCaller(who),
    };
  return fixedValues(condition, operator, who, version);
}

function fixedValues(condition: Condition, operator: Operator, who: WhoKey, version: Policy["version"]): Narrowing {
  const wild = operator.comparison === "like";
  const members: string[] = [];
  for (const value of condition.values) {
    const own = OWN[value.toLowerCase()];
    if (own && version === "2012-10-17") members.push(own);
    else if (hasVariables(value, version))
      return {
        to: "notKnown",
        why: `${condition.key} is compared with the variable ${value}`,
        ofCaller: ofCaller(who),
      };
    // Without wildcards these are letters, which no account, organization, ARN or network has.
    else if (!wild && !withoutWildcard(value) && operator.type === "String") continue;
    else if (!who.fixed(value, wild)) return { to: "nothing" };
    else members.push(value);
  }
  if (!members.length) return { to: "never" };
  if (who.to === "services") return { to: "services", members: operator.type === "Bool" ? ["*"] : members };
  if (name(condition) === "aws:sourceip" && isMostAddresses(members)) return { to: "nothing" };
  return {
    to: who.to,
    kind: who.kind,
    members: name(condition) === "sts:externalid" ? members.map((each) => `sts:ExternalId ${each}`) : members,
  };
}

const name = (condition: Condition): string => condition.key.toLowerCase();

const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((each) => ipRange(each)!);
/** Shares of all addresses that are everybody when many ranges come to them: a /7, and a /12 of IPv6. */
const IPV4_SHARE = 2 ** -7;
const IPV6_SHARE = 2 ** -12;

function isMostAddresses(ranges: readonly string[]): boolean {
  const total = { 4: 0, 6: 0 };
  for (const each of ranges) {
    const range = rangeOf(each);
    if (range && !PRIVATE.some((own) => containsRange(own, range))) total[range.version] += 2 ** -range.prefix;
  }
  return total[4] >= IPV4_SHARE || total[6] >= IPV6_SHARE;
}
