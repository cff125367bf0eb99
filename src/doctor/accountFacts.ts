import { DescribeRegionsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";
import * as z from "zod";
import { type CrossAccountRole, roleArn } from "../collect/accountSession.ts";

/** Something that AWS did not answer. */
const Refusal = z.object({ code: z.string(), message: z.string() });
export type Refusal = z.infer<typeof Refusal>;

/** An attempt to enter an account. */
const Entry = z.union([
  z.object({ entered: z.literal(true) }),
  z.object({ entered: z.literal(false), ...Refusal.shape }),
]);
export type Entry = z.infer<typeof Entry>;

const Policy = z.object({
  /** ARN of a managed policy, or the name of an inline one. */
  name: z.string(),
  /** Of a managed policy: `v3`. */
  version: z.string().optional(),
  /** JSON, or why it could not be read. */
  document: z.union([z.string(), Refusal]),
});

const Role = z.object({
  arn: z.string(),
  max_session_seconds: z.number(),
  /** JSON. */
  trust: z.string(),
  attached: z.array(Policy),
  inline: z.array(Policy),
});
export type RoleFacts = z.infer<typeof Role>;

const Regions = z.array(z.object({ name: z.string(), state: z.string() }));

/** What an account says of its role and regions, seen from outside by trying, and from inside by reading. */
export const AccountFacts = z.object({
  account_id: z.string(),
  /** With the external id; and where that was let in, without one and with another, which must not be. */
  own: Entry,
  without: Entry.optional(),
  other: Entry.optional(),
  role: z.union([Role, Refusal]).optional(),
  regions: z.union([Regions, Refusal]).optional(),
});
export type AccountFacts = z.infer<typeof AccountFacts>;

export const isRefusal = (answer: object): answer is Refusal => "code" in answer;

const refusalOf = (thrown: unknown): Refusal => {
  const { name, message, Code } = thrown as Error & { Code?: string };
  return { code: Code ?? name, message };
};
const orRefusal = <T>(answer: Promise<T>): Promise<T | Refusal> => answer.catch(refusalOf);

/** How accounts are reached. */
export interface Door {
  sts: STSClient;
  role: CrossAccountRole;
  /** An external id that is not the right one. */
  otherExternalId: string;
  /** Clients for a session in a member account. */
  iam: (credentials: AwsCredentialIdentity) => IAMClient;
  ec2: (credentials: AwsCredentialIdentity) => EC2Client;
}

const SESSION_NAME = "audit-doctor";

/** Tries to enter an account as the auditors do, and reads there what the role itself may read. */
export async function accountFacts(door: Door, account_id: string): Promise<AccountFacts> {
  const enter = async (ExternalId: string | undefined) => {
    const RoleArn = roleArn(door.role, account_id);
    // The shortest there is: a look takes seconds.
    const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: SESSION_NAME, ExternalId, DurationSeconds: 900 });
    const { Credentials } = await door.sts.send(command);
    return Credentials;
  };
  const tried = async (externalId: string | undefined): Promise<Entry> => {
    const answer = await orRefusal(enter(externalId));
    return answer && isRefusal(answer) ? { entered: false, ...answer } : { entered: true };
  };
  const session = await orRefusal(enter(door.role.externalId));
  if (!session || isRefusal(session))
    return {
      account_id,
      own: { entered: false, ...(session ?? { code: "NoCredentials", message: "no credentials" }) },
    };
  const credentials = {
    accessKeyId: session.AccessKeyId!,
    secretAccessKey: session.SecretAccessKey!,
    ...(session.SessionToken ? { sessionToken: session.SessionToken } : {}),
  };
  const [without, other, role, regions] = await Promise.all([
    tried(undefined),
    tried(door.otherExternalId),
    roleFacts(door.iam(credentials), door.role.roleName),
    regionFacts(door.ec2(credentials)),
  ]);
  return { account_id, own: { entered: true }, without, other, role, regions };
}

/** AWS's own policies are known by their names. */
const isAwsOwn = (arn: string): boolean => /^arn:[\w-]+:iam::aws:policy\//.test(arn);

/** IAM answers documents percent-encoded. */
const decoded = (document: string | undefined): string => decodeURIComponent(document ?? "{}");

/** A role with its trust and its policies, as far as the client may read them. */
export async function roleFacts(iam: IAMClient, RoleName: string): Promise<RoleFacts | Refusal> {
  const role = await orRefusal(iam.send(new GetRoleCommand({ RoleName })));
  if ("code" in role) return role;
  const managed = async (PolicyArn: string) => {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const VersionId = Policy?.DefaultVersionId;
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
    return { version: VersionId ?? "", document: decoded(PolicyVersion?.Document) };
  };
  const inline = async (PolicyName: string) =>
    decoded((await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument);
  const [attached, own] = await Promise.all([
    orRefusal(
      all(paginateListAttachedRolePolicies({ client: iam }, { RoleName }), ({ AttachedPolicies = [] }) =>
        AttachedPolicies.map(({ PolicyArn }) => PolicyArn!),
      ),
    ),
    orRefusal(all(paginateListRolePolicies({ client: iam }, { RoleName }), ({ PolicyNames = [] }) => PolicyNames)),
  ]);
  if (isRefusal(attached)) return attached;
  if (isRefusal(own)) return own;
  const read = attached.map(async (name) => {
    if (isAwsOwn(name)) return { name, document: "{}" };
    const answer = await orRefusal(managed(name));
    return isRefusal(answer) ? { name, document: answer } : { name, ...answer };
  });
  return {
    arn: role.Role?.Arn ?? "",
    max_session_seconds: role.Role?.MaxSessionDuration ?? 0,
    trust: decoded(role.Role?.AssumeRolePolicyDocument),
    attached: await Promise.all(read),
    inline: await Promise.all(own.map(async (name) => ({ name, document: await orRefusal(inline(name)) }))),
  };
}

async function all<Page, Item>(pages: AsyncIterable<Page>, items: (page: Page) => Item[]): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...items(page));
  return found;
}

async function regionFacts(ec2: EC2Client): Promise<z.infer<typeof Regions> | Refusal> {
  const answer = await orRefusal(ec2.send(new DescribeRegionsCommand({ AllRegions: true })));
  if ("code" in answer) return answer;
  return (answer.Regions ?? []).map(({ RegionName = "", OptInStatus = "" }) => ({
    name: RegionName,
    state: OptInStatus,
  }));
}
