import {
  GetGroupPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  type IAMClient,
  paginateListAttachedGroupPolicies,
  paginateListAttachedRolePolicies,
  paginateListAttachedUserPolicies,
  paginateListGroupPolicies,
  paginateListGroupsForUser,
  paginateListRolePolicies,
  paginateListUserPolicies,
} from "@aws-sdk/client-iam";
import pLimit from "p-limit";
import { awsManagedPolicy, MANAGED_POLICIES_AS_OF } from "../policy/managedPolicies.ts";
import { type Policy, parsePolicy } from "../policy/parse.ts";
import type { CallerPolicies } from "./rights.ts";

/** Calls of IAM under way at the same time: its API answers few a second. */
const AT_ONCE = 6;

/** What the caller's own policies are, or why that is not known. */
export type ReadPolicies =
  | (CallerPolicies & {
      /** What could not be read, each with the reason. */
      unread: string[];
      /** The day of AWS's policies that were taken from the list of this release, as AWS did not give them. */
      asOf?: string | undefined;
    })
  | { notKnown: string };

type Pages<T> = AsyncIterable<T>;

/** How the policies of a kind of identity are read. */
interface Holder {
  what: string;
  attached: () => Pages<{ AttachedPolicies?: { PolicyArn?: string | undefined }[] | undefined }>;
  inline: () => Pages<{ PolicyNames?: string[] | undefined }>;
  document: (name: string) => Promise<{ PolicyDocument?: string | undefined }>;
}

/**
 * Reads the policies of whoever calls: of a user with its groups, or of the role of a session, and their boundary.
 * Never throws: what is not answered is named.
 * @param arn as STS tells it
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
 */
export async function callerPolicies(iam: IAMClient, arn: string, signal: AbortSignal): Promise<ReadPolicies> {
  const [, , service, , , resource = ""] = arn.split(":");
  const [kind, ...names] = resource.split("/");
  if (kind === "root") return { notKnown: "the root user has no policies of its own" };
  const options = { abortSignal: signal };
  const pages = { client: iam };
  if (service === "sts" && kind === "assumed-role" && names[0]) {
    const RoleName = names[0];
    const boundary = async () => (await iam.send(new GetRoleCommand({ RoleName }), options)).Role;
    return read(iam, signal, boundary, [
      {
        what: `role ${RoleName}`,
        attached: () => paginateListAttachedRolePolicies(pages, { RoleName }, options),
        inline: () => paginateListRolePolicies(pages, { RoleName }, options),
        document: (PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }), options),
      },
    ]);
  }
  const UserName = names.at(-1);
  if (service !== "iam" || kind !== "user" || !UserName)
    return { notKnown: "this session is of no user or role of the account" };
  const user: Holder = {
    what: `user ${UserName}`,
    attached: () => paginateListAttachedUserPolicies(pages, { UserName }, options),
    inline: () => paginateListUserPolicies(pages, { UserName }, options),
    document: (PolicyName) => iam.send(new GetUserPolicyCommand({ UserName, PolicyName }), options),
  };
  const group = (GroupName: string): Holder => ({
    what: `group ${GroupName}`,
    attached: () => paginateListAttachedGroupPolicies(pages, { GroupName }, options),
    inline: () => paginateListGroupPolicies(pages, { GroupName }, options),
    document: (PolicyName) => iam.send(new GetGroupPolicyCommand({ GroupName, PolicyName }), options),
  });
  const groups = async () => {
    const found = await all(paginateListGroupsForUser(pages, { UserName }, options), ({ Groups }) => Groups);
    return found.flatMap(({ GroupName }) => (GroupName ? [group(GroupName)] : []));
  };
  const boundary = async () => (await iam.send(new GetUserCommand({ UserName }), options)).User;
  return read(iam, signal, boundary, [user], groups);
}

interface Bounded {
  PermissionsBoundary?: { PermissionsBoundaryArn?: string | undefined } | undefined;
}

/** @param more holders that are found by a call */
async function read(
  iam: IAMClient,
  signal: AbortSignal,
  bounded: () => Promise<Bounded | undefined>,
  holders: readonly Holder[],
  more: () => Promise<Holder[]> = async () => [],
): Promise<ReadPolicies> {
  const limit = pLimit(AT_ONCE);
  const unread: string[] = [];
  let asOf: string | undefined;
  /** What a call answered; undefined where it did not. */
  const attempt = async <T>(what: string, call: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await limit(call);
    } catch (error) {
      unread.push(`${what} (${signal.aborted ? "IAM did not answer in time" : (error as Error).name})`);
      return undefined;
    }
  };
  const managed = async (arn: string): Promise<Policy | undefined> => {
    try {
      return await limit(() => managedPolicy(iam, arn, signal));
    } catch (error) {
      const known = awsManagedPolicy(arn);
      if (known) asOf = MANAGED_POLICIES_AS_OF;
      else await attempt(`policy ${arn}`, () => Promise.reject(error));
      return known?.policy;
    }
  };
  const ofHolder = async ({ what, attached, inline, document }: Holder): Promise<(Policy | undefined)[]> => {
    const [arns, names] = await Promise.all([
      attempt(`policies attached to ${what}`, () => all(attached(), (page) => page.AttachedPolicies)),
      attempt(`inline policies of ${what}`, () => all(inline(), (page) => page.PolicyNames)),
    ]);
    const found = await Promise.all([
      ...(arns ?? []).map(({ PolicyArn = "" }) => managed(PolicyArn)),
      ...(names ?? []).map(async (name) => {
        const answer = await attempt(`inline policy ${name} of ${what}`, () => document(name));
        return answer && parsePolicy(answer.PolicyDocument);
      }),
    ]);
    return [...found, ...(arns && names ? [] : [undefined])];
  };
  const ofAll = async (each: readonly Holder[]) => (await Promise.all(each.map(ofHolder))).flat();
  const [own, ofMore, boundary] = await Promise.all([
    ofAll(holders),
    attempt("groups", more).then((found) => (found ? ofAll(found) : [undefined])),
    attempt("permissions boundary", bounded).then((found) => {
      const arn = found?.PermissionsBoundary?.PermissionsBoundaryArn;
      return arn ? managed(arn) : undefined;
    }),
  ]);
  const identity = [...own, ...ofMore];
  const known = identity.filter((each) => each !== undefined);
  return { identity: known, complete: known.length === identity.length, boundary, unread, asOf };
}

async function managedPolicy(iam: IAMClient, PolicyArn: string, abortSignal: AbortSignal): Promise<Policy> {
  const { Policy: facts } = await iam.send(new GetPolicyCommand({ PolicyArn }), { abortSignal });
  const version = { PolicyArn, VersionId: facts?.DefaultVersionId };
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand(version), { abortSignal });
  return parsePolicy(PolicyVersion?.Document);
}

async function all<Page, Item>(
  pages: Pages<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...(itemsOf(page) ?? []));
  return found;
}
