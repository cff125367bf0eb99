/**
 * Identity providers that a trust policy names, and whether its conditions say which of the provider's users.
 *
 * Exports: {@link federatedAudience}, {@link ownerClaim}.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
 */
import { operatorOf } from "./operators.ts";
import type { Condition, Policy } from "./parse.ts";
import { hasVariables } from "./variables.ts";

/** `all`: everybody who can get an account at the provider; `some`: its users that the conditions name. */
export type FederatedAudience =
  | { who: "some"; members: string[] }
  | { who: "all"; why: string }
  | { who: "notKnown"; why: string };

/** Claims that name the owner of what runs, by providers whose tokens anybody can get. Others name the audience. */
const SHARED: [provider: RegExp, claims: string[]][] = [
  [
    /^token\.actions\.githubusercontent\.com$/,
    ["sub", "repository", "repository_id", "repository_owner", "repository_owner_id", "job_workflow_ref", "enterprise"],
  ],
  [
    /^(gitlab\.com|app\.terraform\.io|agent\.buildkite\.com|oidc\.codefresh\.io|scalr\.io|proidc\.upbound\.io)$/,
    ["sub"],
  ],
  [/^(studio\.datachain\.ai\/api|tokens\.cloud\.shisho\.dev)$/, ["sub"]],
  [/^(vstoken\.actions|oidc-configuration\.audit-log)\.githubusercontent\.com$/, ["sub"]],
  [/^(app\.pulumi\.com|api\.pulumi\.com\/oidc|sandboxes\.cloud|oidc\.vercel\.com)$/, ["aud", "sub"]],
  [/^cognito-identity\.amazonaws\.com$/, ["aud"]],
  [/^(accounts\.google\.com|securetoken\.google\.com)$/, ["aud", "sub", "oaud"]],
  [/^www\.amazon\.com$/, ["app_id"]],
  [/^graph\.facebook\.com$/, ["app_id"]],
];

/** `sub`s are lists of names and values, with the owner first: `repo:acme/app:*`, `organization:acme:project:*`. */
function namesOwner(value: string): boolean {
  const wildcard = value.search(/[*?]/);
  if (wildcard < 0) return value !== "";
  return /^[^:/]+:[^:/]+[:/]/.test(value.slice(0, wildcard)) || /^\d+:/.test(value.slice(0, wildcard));
}

/** What the values of a condition key have to be like to name somebody's users; undefined where it is no such claim. */
export function ownerClaim(key: string): ((value: string, wild: boolean) => boolean) | undefined {
  const at = key.lastIndexOf(":");
  const claims = SHARED.find(([pattern]) => pattern.test(key.slice(0, at)))?.[1];
  return claims?.includes(key.slice(at + 1)) ? (value, wild) => (wild ? namesOwner(value) : value !== "") : undefined;
}

/** Keys of the token are in every request that brings one. */
function fixes(condition: Condition, version: Policy["version"]): boolean {
  const operator = operatorOf(condition.operator);
  if (!operator || operator.negated || operator.type !== "String" || !condition.values.length) return false;
  const wild = operator.comparison === "like";
  return condition.values.every((value) => !hasVariables(value, version) && (wild ? namesOwner(value) : value !== ""));
}

const hostOf = (provider: string): string => /:oidc-provider\/(.+)$/.exec(provider)?.[1] ?? provider;

/** Whom a provider lets in under a statement's conditions. */
export function federatedAudience(
  provider: string,
  conditions: readonly Condition[],
  version: Policy["version"],
): FederatedAudience {
  if (provider.includes(":saml-provider/")) return { who: "some", members: [provider] };
  const host = hostOf(provider).toLowerCase();
  if (/[*?]/.test(host)) return { who: "all", why: `the provider ${provider} is any` };
  const claimed = (claim: string) => conditions.filter(({ key }) => key.toLowerCase() === `${host}:${claim}`);
  const guests = claimed("amr").some(({ values }) => values.some((each) => each.toLowerCase() === "unauthenticated"));
  if (guests) return { who: "all", why: `${host} gives identities to guests` };
  const shared = SHARED.find(([pattern]) => pattern.test(host))?.[1];
  const named = (shared ?? ["sub", "aud"]).flatMap(claimed).filter((each) => fixes(each, version));
  if (named.length)
    return {
      who: "some",
      members: named.flatMap(({ key, values }) =>
        values.map((value) => `${provider} ${key.slice(host.length + 1)} ${value}`),
      ),
    };
  if (shared) return { who: "all", why: `no condition on ${host} names an owner (${shared.join(", ")})` };
  // A cluster's own provider signs for that cluster alone.
  if (/^oidc\.eks(-fips)?\./.test(host)) return { who: "some", members: [provider] };
  return { who: "notKnown", why: `no condition says which users of ${host}` };
}
