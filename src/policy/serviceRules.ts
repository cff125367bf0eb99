/**
 * Rules of single services that the general evaluation does not have.
 *
 * Exports: {@link resourcePolicyDecides}, {@link limitedByScps}, {@link limitedByRcps}, {@link answersEveryCaller},
 * {@link refusesCaller}, {@link authorizedResource}, {@link isOwnersWayBack}.
 */
import type { Caller } from "./caller.ts";
import { rcpServices } from "./knownActions.ts";

interface AuthorizedRequest {
  caller: Caller;
  action: string;
  resource: string;
  resourceAccount: string | undefined;
}

const serviceOf = (action: string): string => action.split(":")[0]!.toLowerCase();
const isAction = (action: string, ...names: string[]): boolean =>
  names.some((each) => each.toLowerCase() === action.toLowerCase());

const isRole = (resource: string): boolean => /^arn:[^:]+:iam::\d*:role\//.test(resource);

/**
 * A KMS key and a role are reached only as their own policy says: identity policies count where it hands the decision
 * to the account.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_compare-resource-policies.html
 */
export function resourcePolicyDecides({ action, resource }: AuthorizedRequest): boolean {
  if (serviceOf(action) === "kms") return /^arn:[^:]+:kms:[^:]*:[^:]*:key\//.test(resource);
  return serviceOf(action) === "sts" && isRole(resource);
}

/**
 * SCPs limit the users and roles of member accounts and their root users, and neither service-linked roles nor AWS's
 * services nor callers of no account.
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html#not-restricted-by-scp
 */
export const limitedByScps = ({ account, kind, serviceLinked }: Caller): boolean =>
  account !== undefined && kind !== "federated" && !serviceLinked;

/**
 * RCPs limit whoever reaches resources of these services, AWS's services included; not service-linked roles, nor who
 * takes one, nor the retirement of grants.
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#actions-not-restricted-by-rcps
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/resource-control-policies.html
 */
export function limitedByRcps({ caller, action, resource }: AuthorizedRequest): boolean {
  if (caller.serviceLinked || !rcpServices().has(serviceOf(action))) return false;
  if (isAction(action, "kms:RetireGrant")) return false;
  return !(isRole(resource) && resource.includes(":role/aws-service-role/"));
}

/**
 * Who one is, may be asked by everybody who signs, and a user's own session token is no matter of policies either.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
 */
export const answersEveryCaller = ({ caller, action }: AuthorizedRequest): boolean =>
  (isAction(action, "sts:GetCallerIdentity") && caller.account !== undefined && caller.kind !== "federated") ||
  (isAction(action, "sts:GetSessionToken") && (caller.kind === "user" || caller.kind === "root"));

/** What cannot be done to AWS's own managed policies, to roles of IAM Identity Center, and to aliases of AWS's keys. */
const UNCHANGEABLE: [resource: RegExp, action: RegExp][] = [
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
  [
    /^arn:[^:]+:iam::aws:policy\//,
    /^iam:(?:CreatePolicy|CreatePolicyVersion|DeletePolicy|DeletePolicyVersion|SetDefaultPolicyVersion|TagPolicy|UntagPolicy)$/i,
  ],
  // https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
  [
    /^arn:[^:]+:iam::\d*:role\/aws-reserved\//,
    /^iam:(?:(?:Create|Delete|Put|Update|Attach|Detach)\w*Role\w*|(?:Tag|Untag|Pass)Role|UpdateAssumeRolePolicy)$/i,
  ],
  // https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html
  [/^arn:[^:]+:kms:[^:]*:[^:]*:alias\/aws\//, /^kms:(?:Create|Update|Delete)Alias$/i],
];

/**
 * Nobody can change what is AWS's own, and root users cannot take roles.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export const refusesCaller = ({ caller, action, resource }: AuthorizedRequest): boolean =>
  (caller.kind === "root" && isAction(action, "sts:AssumeRole")) ||
  UNCHANGEABLE.some(([what, how]) => what.test(resource) && how.test(action));

/**
 * What a request without a resource is authorized on: `*`, but for the list of buckets, which is all of S3's.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_id-based-policy-examples.html
 */
export const authorizedResource = (action: string, resource: string): string =>
  resource === "*" && isAction(action, "s3:ListAllMyBuckets") ? "arn:aws:s3:::*" : resource;

/**
 * The root user of a bucket's account may always read, replace and delete the bucket's policy, whatever it says.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
 */
export const isOwnersWayBack = ({ caller, action, resourceAccount }: AuthorizedRequest): boolean =>
  caller.kind === "root" &&
  caller.account === resourceAccount &&
  isAction(action, "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy");
