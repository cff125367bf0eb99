/**
 * Whether an identity's policy comes to an administrator's: nearly every action on nearly every resource, the ones by
 * which its holder can give itself the rest among them.
 *
 * Exports: {@link allowsEverything}`(policy): boolean | undefined`; undefined: what it allows is not understood.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html#jf_administrator
 */
import type { Policy, Statement } from "./parse.ts";
import { PARTITIONS } from "./partitions.ts";
import { matchesAction, matchesResource } from "./wildcards.ts";

type Probe = readonly [action: string, resource: string];

const arn = (service: string, resource: string): string => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;

/** Rights by which a holder gains any other. */
const ESCALATING: readonly Probe[] = [
  ["iam:CreatePolicyVersion", "arn:aws:iam::123456789012:policy/x7f3a"],
  ["iam:SetDefaultPolicyVersion", "arn:aws:iam::123456789012:policy/x7f3a"],
  ["iam:AttachUserPolicy", "arn:aws:iam::123456789012:user/x7f3a"],
  ["iam:PutUserPolicy", "arn:aws:iam::123456789012:user/x7f3a"],
  ["iam:AttachGroupPolicy", "arn:aws:iam::123456789012:group/x7f3a"],
  ["iam:PutGroupPolicy", "arn:aws:iam::123456789012:group/x7f3a"],
  ["iam:AddUserToGroup", "arn:aws:iam::123456789012:group/x7f3a"],
  ["iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/x7f3a"],
  ["iam:PutRolePolicy", "arn:aws:iam::123456789012:role/x7f3a"],
  ["iam:UpdateAssumeRolePolicy", "arn:aws:iam::123456789012:role/x7f3a"],
  ["iam:CreateAccessKey", "arn:aws:iam::123456789012:user/x7f3a"],
  ["iam:UpdateLoginProfile", "arn:aws:iam::123456789012:user/x7f3a"],
];

/** Something that changes or reads in many services, and in one that there is not yet. */
const BREADTH: readonly Probe[] = [
  ["s3:DeleteBucket", "arn:aws:s3:::x7f3a"],
  ["s3:GetObject", "arn:aws:s3:::x7f3a/x7f3a"],
  ["ec2:TerminateInstances", arn("ec2", "instance/i-x7f3a")],
  ["ec2:AuthorizeSecurityGroupIngress", arn("ec2", "security-group/sg-x7f3a")],
  ["rds:DeleteDBInstance", arn("rds", "db:x7f3a")],
  ["dynamodb:DeleteTable", arn("dynamodb", "table/x7f3a")],
  ["kms:ScheduleKeyDeletion", arn("kms", "key/x7f3a")],
  ["lambda:UpdateFunctionCode", arn("lambda", "function:x7f3a")],
  ["secretsmanager:GetSecretValue", arn("secretsmanager", "secret:x7f3a")],
  ["ssm:SendCommand", arn("ssm", "document/x7f3a")],
  ["sqs:DeleteQueue", arn("sqs", "x7f3a")],
  ["sns:DeleteTopic", arn("sns", "x7f3a")],
  ["cloudtrail:StopLogging", arn("cloudtrail", "trail/x7f3a")],
  ["cloudformation:DeleteStack", arn("cloudformation", "stack/x7f3a")],
  ["ecs:DeleteService", arn("ecs", "service/x7f3a")],
  ["eks:DeleteCluster", arn("eks", "cluster/x7f3a")],
  ["route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/X7F3A"],
  ["logs:DeleteLogGroup", arn("logs", "log-group:x7f3a")],
  ["x7f3a:DeleteThing", arn("x7f3a", "thing/x7f3a")],
  ["q8h2b:ReadThing", arn("q8h2b", "thing/x7f3a")],
];

/** So many in a hundred are nearly all: what a policy takes out by name does not make it a narrow one. */
const NEARLY_ALL = 0.85;

function covers({ actions, notActions, resources, notResources }: Statement, [action, resource]: Probe): boolean {
  const named = actions?.some((each) => matchesAction(each, action));
  const about = resources?.some((each) => matchesResource(each, resource));
  return (
    (named ?? !(notActions ?? ["*"]).some((each) => matchesAction(each, action))) &&
    (about ?? !(notResources ?? ["*"]).some((each) => matchesResource(each, resource)))
  );
}

/** Partitions whose resources a policy may come to: those of another than `aws` only where it writes them out. */
function partitionsIn({ statements }: Policy): readonly string[] {
  const named = statements.flatMap(({ resources, notResources }) => [...(resources ?? []), ...(notResources ?? [])]);
  return named.some((each) => /^arn:(?!aws:)/.test(each)) ? PARTITIONS : ["aws"];
}

/**
 * Conditions of an Allow are left aside: who has such a policy has all of it whenever they hold. A Deny takes something
 * back where it has none.
 */
export function allowsEverything(policy: Policy): boolean | undefined {
  if (partitionsIn(policy).some((partition) => allowsEverythingIn(partition, policy))) return true;
  return policy.problem || policy.statements.some(({ problem, effect }) => problem && effect === "Allow")
    ? undefined
    : false;
}

function allowsEverythingIn(partition: string, policy: Policy): boolean {
  const allowed = ([action, resource]: Probe): boolean => {
    const probe: Probe = [action, resource.replace("arn:aws:", `arn:${partition}:`)];
    return policyAllows(policy, probe);
  };
  return BREADTH.filter(allowed).length >= BREADTH.length * NEARLY_ALL && ESCALATING.some(allowed);
}

const policyAllows = (policy: Policy, probe: Probe): boolean =>
  policy.statements.some(({ effect, ...each }) => effect === "Allow" && covers({ effect, ...each }, probe)) &&
  !policy.statements.some((each) => each.effect === "Deny" && !each.conditions.length && covers(each, probe));
