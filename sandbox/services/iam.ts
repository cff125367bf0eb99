import * as sdk from "@aws-sdk/client-iam";
import { awsManagedPolicies } from "../managedPolicies.ts";
import { randomOf } from "../random.ts";
import { AwsError, type Call, type Service } from "../service.ts";
import type { StoredPolicy, StoredRole, StoredUser } from "../state.ts";

/** IAM answers documents percent-encoded, as RFC 3986 says. */
const encoded = (document: string): string => encodeURIComponent(document);
const missing = (what: string) => new AwsError("NoSuchEntity", `The ${what} cannot be found.`, 404);
const exists = (what: string) => new AwsError("EntityAlreadyExists", `${what} already exists.`, 409);

function roleOf(call: Call, name: string | undefined): StoredRole {
  const role = [...call.state.roles.values()].find((each) => each.account === call.account && each.RoleName === name);
  if (!role) throw missing(`role with name ${name}`);
  return role;
}
function policyOf(call: Call, arn: string | undefined): StoredPolicy {
  const policy = call.state.policies.get(arn ?? "");
  if (!policy || policy.account !== call.account) throw missing(`policy ${arn}`);
  return policy;
}
/** A policy of AWS's, which every account can read. */
function managedPolicyOf(Arn = ""): StoredPolicy | undefined {
  const document = awsManagedPolicies[Arn];
  const [, , , , , resource = ""] = Arn.split(":");
  const PolicyName = resource.split("/").at(-1)!;
  const Path = resource.slice("policy".length, -PolicyName.length);
  return document === undefined
    ? undefined
    : { account: "aws", PolicyName, PolicyId: `ANPA${PolicyName}`, Path, Arn, CreateDate: new Date(0), document };
}
/** Reads that a policy can narrow to roles and policies by their ARNs. */
const onRole = (action: string) => (input: { RoleName?: string | undefined }, call: Call) => {
  const role = own(call, call.state.roles.values()).find(({ RoleName }) => RoleName === input.RoleName);
  return [{ action: `iam:${action}`, resource: role?.Arn ?? `arn:aws:iam::${call.account}:role/${input.RoleName}` }];
};
const onPolicy = (action: string) => (input: { PolicyArn?: string | undefined }) => [
  { action: `iam:${action}`, resource: input.PolicyArn ?? "*" },
];
/** A resource that is about to be made has the ARN that it will have. */
const onNew = (action: string, kind: string, name: string | undefined, path: string | undefined, call: Call) => [
  { action: `iam:${action}`, resource: `arn:aws:iam::${call.account}:${kind}${path ?? "/"}${name ?? ""}` },
];
const onProvider = (action: string) => (input: { OpenIDConnectProviderArn?: string | undefined }) => [
  { action: `iam:${action}`, resource: input.OpenIDConnectProviderArn ?? "" },
];
const own = <T extends { account: string }>(call: Call, all: Iterable<T>): T[] =>
  [...all].filter(({ account }) => account === call.account);

function page<T>(all: readonly T[], input: { Marker?: string | undefined; MaxItems?: number | undefined }) {
  const start = Number(input.Marker ?? 0);
  const end = start + (input.MaxItems ?? 100);
  return {
    items: all.slice(start, end),
    IsTruncated: end < all.length,
    ...(end < all.length ? { Marker: String(end) } : {}),
  };
}

const roleFacts = (role: StoredRole): sdk.Role => ({
  RoleName: role.RoleName,
  Path: role.Path,
  Arn: role.Arn,
  RoleId: role.RoleId,
  CreateDate: role.CreateDate,
  Description: role.Description,
  MaxSessionDuration: role.MaxSessionDuration,
  AssumeRolePolicyDocument: encoded(role.AssumeRolePolicyDocument),
});
/** AWS tells it of one role at a time. */
/** A boundary is a policy of AWS's own or of the account. @throws AwsError in IAM's words */
function checkBoundary({ account, state }: Call, arn: string | undefined): void {
  if (arn === undefined || arn.startsWith("arn:aws:iam::aws:")) return;
  if (state.policies.get(arn)?.account !== account)
    throw new AwsError("NoSuchEntity", `Scope ARN: ${arn} does not exist or is not attachable.`, 404);
}

const boundaryOf = ({ boundary }: StoredRole): Pick<sdk.Role, "PermissionsBoundary"> =>
  boundary
    ? { PermissionsBoundary: { PermissionsBoundaryType: "Policy" as never, PermissionsBoundaryArn: boundary } }
    : {};
const policyNames = (arns: Iterable<string>) =>
  [...arns].map((PolicyArn) => ({ PolicyArn, PolicyName: PolicyArn.split("/").pop() }));
const userFacts = ({ UserName, Arn, UserId, Path, CreateDate }: StoredUser) => ({
  UserName,
  Arn,
  UserId,
  Path,
  CreateDate,
});
const policyFacts = (call: Call, { document: _document, account: _account, ...policy }: StoredPolicy) => ({
  ...policy,
  DefaultVersionId: "v1",
  IsAttachable: true,
  AttachmentCount: [...call.state.roles.values()].filter(({ attached }) => attached.has(policy.Arn)).length,
  UpdateDate: policy.CreateDate,
});

const detailLists: [string, (call: Call) => object[]][] = [
  [
    "UserDetailList",
    (call) =>
      own(call, call.state.users).map((user) => ({
        ...userFacts(user),
        GroupList: user.groups,
        AttachedManagedPolicies: policyNames(user.attached),
        Tags: user.Tags,
      })),
  ],
  [
    "GroupDetailList",
    (call) =>
      own(call, call.state.groups).map(({ account: _account, ...group }) => ({
        ...group,
        Path: "/",
        GroupPolicyList: [],
        AttachedManagedPolicies: [],
      })),
  ],
  [
    "RoleDetailList",
    (call) =>
      own(call, call.state.roles.values()).map((role) => {
        const { Description: _none, MaxSessionDuration: _max, ...facts } = roleFacts(role);
        return {
          ...facts,
          InstanceProfileList: [],
          RolePolicyList: [...role.inline].map(([PolicyName, document]) => ({
            PolicyName,
            PolicyDocument: encoded(document),
          })),
          AttachedManagedPolicies: policyNames(role.attached),
          Tags: role.Tags,
        };
      }),
  ],
  [
    "Policies",
    (call) =>
      own(call, call.state.policies.values()).map((policy) => ({
        ...policyFacts(call, policy),
        PolicyVersionList: [
          {
            VersionId: "v1",
            IsDefaultVersion: true,
            Document: encoded(policy.document),
            CreateDate: policy.CreateDate,
          },
        ],
      })),
  ],
];
const filterOf: Record<string, string> = {
  User: "UserDetailList",
  Group: "GroupDetailList",
  Role: "RoleDetailList",
  LocalManagedPolicy: "Policies",
};

/** IAM: what the stacks make, and what the auditor reads. */
export const iam: Service = {
  signingName: "iam",
  iamPrefix: "iam",
  protocol: "query",
  regional: false,
  knowsEstate: true,
  sdk: { ...sdk },
  operations: {
    CreateRole: {
      permissions: ({ RoleName, Path }: sdk.CreateRoleRequest, call) =>
        onNew("CreateRole", "role", RoleName, Path, call),
      run: (input: sdk.CreateRoleRequest, call): sdk.CreateRoleResponse => {
        const Path = input.Path ?? "/";
        const Arn = `arn:aws:iam::${call.account}:role${Path}${input.RoleName}`;
        if (own(call, call.state.roles.values()).some(({ RoleName }) => RoleName === input.RoleName))
          throw exists(`Role with name ${input.RoleName}`);
        checkBoundary(call, input.PermissionsBoundary);
        const role: StoredRole = {
          account: call.account,
          RoleName: input.RoleName ?? "",
          Path,
          Arn,
          RoleId: `AROA${call.randomId(17)}`,
          CreateDate: new Date(call.now()),
          Description: input.Description,
          AssumeRolePolicyDocument: input.AssumeRolePolicyDocument ?? "",
          MaxSessionDuration: input.MaxSessionDuration ?? 3600,
          Tags: (input.Tags ?? []).map(({ Key, Value }) => ({ Key: Key ?? "", Value: Value ?? "" })),
          inline: new Map(),
          attached: new Set(),
          boundary: input.PermissionsBoundary,
        };
        call.state.roles.set(Arn, role);
        return { Role: roleFacts(role) };
      },
    },
    PutRolePermissionsBoundary: {
      permissions: onRole("PutRolePermissionsBoundary"),
      run: (input: sdk.PutRolePermissionsBoundaryRequest, call) => {
        checkBoundary(call, input.PermissionsBoundary);
        roleOf(call, input.RoleName).boundary = input.PermissionsBoundary;
        return {};
      },
    },
    GetRole: {
      permissions: onRole("GetRole"),
      run: ({ RoleName }: sdk.GetRoleRequest, call): sdk.GetRoleResponse => {
        const role = roleOf(call, RoleName);
        return { Role: { ...roleFacts(role), ...boundaryOf(role), Tags: role.Tags } };
      },
    },
    UpdateAssumeRolePolicy: {
      permissions: onRole("UpdateAssumeRolePolicy"),
      run: (input: sdk.UpdateAssumeRolePolicyRequest, call) => {
        roleOf(call, input.RoleName).AssumeRolePolicyDocument = input.PolicyDocument ?? "";
        return {};
      },
    },
    ListRoles: {
      run: (input: sdk.ListRolesRequest, call): sdk.ListRolesResponse => {
        const { items, ...more } = page(own(call, call.state.roles.values()).map(roleFacts), input);
        return { Roles: items, ...more };
      },
    },
    PutRolePolicy: {
      permissions: onRole("PutRolePolicy"),
      run: (input: sdk.PutRolePolicyRequest, call) => {
        roleOf(call, input.RoleName).inline.set(input.PolicyName ?? "", input.PolicyDocument ?? "");
        return {};
      },
    },
    GetRolePolicy: {
      permissions: onRole("GetRolePolicy"),
      run: (input: sdk.GetRolePolicyRequest, call): sdk.GetRolePolicyResponse => {
        const document = roleOf(call, input.RoleName).inline.get(input.PolicyName ?? "");
        if (document === undefined) throw missing(`role policy with name ${input.PolicyName}`);
        return { RoleName: input.RoleName, PolicyName: input.PolicyName, PolicyDocument: encoded(document) };
      },
    },
    ListRolePolicies: {
      permissions: onRole("ListRolePolicies"),
      run: (input: sdk.ListRolePoliciesRequest, call): sdk.ListRolePoliciesResponse => {
        const { items, ...more } = page([...roleOf(call, input.RoleName).inline.keys()], input);
        return { PolicyNames: items, ...more };
      },
    },
    CreatePolicy: {
      permissions: ({ PolicyName, Path }: sdk.CreatePolicyRequest, call) =>
        onNew("CreatePolicy", "policy", PolicyName, Path, call),
      run: (input: sdk.CreatePolicyRequest, call): sdk.CreatePolicyResponse => {
        const Path = input.Path ?? "/";
        const Arn = `arn:aws:iam::${call.account}:policy${Path}${input.PolicyName}`;
        if (call.state.policies.has(Arn)) throw exists(`A policy called ${input.PolicyName}`);
        const document = input.PolicyDocument ?? "";
        if (document.replace(/\s/g, "").length > 6144)
          throw new AwsError("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", 409);
        const policy: StoredPolicy = {
          account: call.account,
          PolicyName: input.PolicyName ?? "",
          PolicyId: `ANPA${call.randomId(17)}`,
          Path,
          Arn,
          CreateDate: new Date(call.now()),
          document,
        };
        call.state.policies.set(Arn, policy);
        return { Policy: policyFacts(call, policy) };
      },
    },
    CreatePolicyVersion: {
      permissions: onPolicy("CreatePolicyVersion"),
      run: (input: sdk.CreatePolicyVersionRequest, call): sdk.CreatePolicyVersionResponse => {
        policyOf(call, input.PolicyArn).document = input.PolicyDocument ?? "";
        return { PolicyVersion: { VersionId: "v2", IsDefaultVersion: true } };
      },
    },
    GetPolicy: {
      permissions: onPolicy("GetPolicy"),
      run: ({ PolicyArn }: sdk.GetPolicyRequest, call): sdk.GetPolicyResponse => ({
        Policy: policyFacts(call, managedPolicyOf(PolicyArn) ?? policyOf(call, PolicyArn)),
      }),
    },
    GetPolicyVersion: {
      permissions: onPolicy("GetPolicyVersion"),
      run: ({ PolicyArn, VersionId }: sdk.GetPolicyVersionRequest, call): sdk.GetPolicyVersionResponse => {
        const { document, CreateDate } = managedPolicyOf(PolicyArn) ?? policyOf(call, PolicyArn);
        return { PolicyVersion: { VersionId, IsDefaultVersion: true, Document: encoded(document), CreateDate } };
      },
    },
    ListPolicies: {
      run: (input: sdk.ListPoliciesRequest, call): sdk.ListPoliciesResponse => {
        const all = own(call, call.state.policies.values()).map((policy) => policyFacts(call, policy));
        const { items, ...more } = page(all, input);
        return { Policies: items, ...more };
      },
    },
    AttachRolePolicy: {
      permissions: onRole("AttachRolePolicy"),
      run: (input: sdk.AttachRolePolicyRequest, call) => {
        roleOf(call, input.RoleName).attached.add(input.PolicyArn ?? "");
        return {};
      },
    },
    ListAttachedRolePolicies: {
      permissions: onRole("ListAttachedRolePolicies"),
      run: (input: sdk.ListAttachedRolePoliciesRequest, call): sdk.ListAttachedRolePoliciesResponse => {
        const { items, ...more } = page(policyNames(roleOf(call, input.RoleName).attached), input);
        return { AttachedPolicies: items, ...more };
      },
    },
    ListUsers: {
      run: (input: sdk.ListUsersRequest, call): sdk.ListUsersResponse => {
        const { items, ...more } = page(own(call, call.state.users).map(userFacts), input);
        return { Users: items, ...more };
      },
    },
    ListUserTags: {
      run: (input: sdk.ListUserTagsRequest, call): sdk.ListUserTagsResponse => {
        const { items, ...more } = page(userOf(call, input.UserName).Tags, input);
        return { Tags: items, ...more };
      },
    },
    ListRoleTags: {
      run: (input: sdk.ListRoleTagsRequest, call): sdk.ListRoleTagsResponse => {
        const { items, ...more } = page(roleOf(call, input.RoleName).Tags, input);
        return { Tags: items, ...more };
      },
    },
    ListAccessKeys: {
      run: (input: sdk.ListAccessKeysRequest, call): sdk.ListAccessKeysResponse => {
        const user = userOf(call, input.UserName);
        const keys = user.keys.map(({ LastUsedDate: _used, ...key }) => ({ ...key, UserName: user.UserName }));
        return { AccessKeyMetadata: keys, IsTruncated: false };
      },
    },
    GetAccessKeyLastUsed: {
      run: (input: sdk.GetAccessKeyLastUsedRequest, call): sdk.GetAccessKeyLastUsedResponse => {
        const user = own(call, call.state.users).find(({ keys }) =>
          keys.some(({ AccessKeyId }) => AccessKeyId === input.AccessKeyId),
        );
        if (!user)
          throw new AwsError("NoSuchEntity", `The Access Key with id ${input.AccessKeyId} cannot be found`, 404);
        const LastUsedDate = user.keys.find(({ AccessKeyId }) => AccessKeyId === input.AccessKeyId)?.LastUsedDate;
        return {
          UserName: user.UserName,
          // AWS answers so of a key that nobody has used.
          AccessKeyLastUsed: LastUsedDate
            ? { ServiceName: "s3", Region: "us-east-1", LastUsedDate }
            : { ServiceName: "N/A", Region: "N/A", LastUsedDate },
        };
      },
    },
    GetAccountPasswordPolicy: {
      run: (_input: object, { state, account }): sdk.GetAccountPasswordPolicyResponse => {
        const random = randomOf(`${state.seed} ${account} passwords`);
        const strict = random() < 0.5;
        return {
          PasswordPolicy: {
            MinimumPasswordLength: strict ? 14 : 8,
            RequireNumbers: true,
            ExpirePasswords: false,
            ...(strict && random() < 0.7 ? { PasswordReusePrevention: 24 } : {}),
          },
        };
      },
    },
    GenerateCredentialReport: { run: (): sdk.GenerateCredentialReportResponse => ({ State: "COMPLETE" }) },
    GetCredentialReport: {
      run: (_input: object, call): sdk.GetCredentialReportResponse => ({
        Content: Buffer.from(credentialReport(own(call, call.state.users))),
        ReportFormat: "text/csv",
        GeneratedTime: new Date(call.now()),
      }),
    },
    GetAccountSummary: {
      run: (_input: object, call): sdk.GetAccountSummaryResponse => ({
        SummaryMap: {
          Users: own(call, call.state.users).length,
          Groups: own(call, call.state.groups).length,
          AccountMFAEnabled: 1,
          AccountAccessKeysPresent: 0,
        },
      }),
    },
    ListMFADevices: {
      run: (input: sdk.ListMFADevicesRequest, call): sdk.ListMFADevicesResponse => {
        const user = userOf(call, input.UserName);
        const SerialNumber = `arn:aws:iam::${call.account}:mfa/${user.UserName}`;
        return {
          MFADevices: user.mfa ? [{ UserName: user.UserName, SerialNumber, EnableDate: user.CreateDate }] : [],
          IsTruncated: false,
        };
      },
    },
    CreateOpenIDConnectProvider: {
      permissions: ({ Url = "" }: sdk.CreateOpenIDConnectProviderRequest, call) =>
        onNew("CreateOpenIDConnectProvider", "oidc-provider", Url.replace(/^https:\/\//, ""), "/", call),
      run: ({ Url = "" }: sdk.CreateOpenIDConnectProviderRequest, call): sdk.CreateOpenIDConnectProviderResponse => {
        const host = Url.replace(/^https:\/\//, "");
        const Arn = `arn:aws:iam::${call.account}:oidc-provider/${host}`;
        if (call.state.oidcProviders.some((each) => each.Arn === Arn)) throw exists(`Provider with url ${Url}`);
        call.state.oidcProviders.push({ account: call.account, Arn, Url: host });
        return { OpenIDConnectProviderArn: Arn };
      },
    },
    DeleteOpenIDConnectProvider: {
      permissions: onProvider("DeleteOpenIDConnectProvider"),
      run: (input: sdk.DeleteOpenIDConnectProviderRequest, call) => {
        const { oidcProviders } = call.state;
        const at = oidcProviders.findIndex(({ Arn }) => Arn === input.OpenIDConnectProviderArn);
        if (at < 0) throw missing(`OpenID Connect provider ${input.OpenIDConnectProviderArn}`);
        oidcProviders.splice(at, 1);
        return {};
      },
    },
    ListOpenIDConnectProviders: {
      run: (_input: object, call): sdk.ListOpenIDConnectProvidersResponse => ({
        OpenIDConnectProviderList: own(call, call.state.oidcProviders).map(({ Arn }) => ({ Arn })),
      }),
    },
    GetOpenIDConnectProvider: {
      run: (input: sdk.GetOpenIDConnectProviderRequest, call): sdk.GetOpenIDConnectProviderResponse => {
        const found = own(call, call.state.oidcProviders).find(({ Arn }) => Arn === input.OpenIDConnectProviderArn);
        if (!found) throw missing(`OpenID Connect provider ${input.OpenIDConnectProviderArn}`);
        return { Url: found.Url, ClientIDList: ["sts.amazonaws.com"], ThumbprintList: [], Tags: [] };
      },
    },
    ListSAMLProviders: {
      run: (_input: object, { account }): sdk.ListSAMLProvidersResponse => ({
        SAMLProviderList: [{ Arn: `arn:aws:iam::${account}:saml-provider/company` }],
      }),
    },
    ListSAMLProviderTags: {
      run: (input: sdk.ListSAMLProviderTagsRequest, { account }): sdk.ListSAMLProviderTagsResponse => {
        if (input.SAMLProviderArn !== `arn:aws:iam::${account}:saml-provider/company`)
          throw missing(`SAML provider ${input.SAMLProviderArn}`);
        return { Tags: [{ Key: "team", Value: "identity" }], IsTruncated: false };
      },
    },
    GetAccountAuthorizationDetails: {
      run: (input: sdk.GetAccountAuthorizationDetailsRequest, call): sdk.GetAccountAuthorizationDetailsResponse => {
        const requested = new Set((input.Filter ?? Object.keys(filterOf)).map((filter) => filterOf[filter]));
        const all = detailLists
          .filter(([list]) => requested.has(list))
          .flatMap(([list, read]) => read(call).map((item) => ({ list, item })));
        const { items, ...more } = page(all, input);
        const answer: Record<string, object[]> = {};
        for (const [list] of detailLists)
          answer[list] = items.filter((each) => each.list === list).map(({ item }) => item);
        return { ...answer, ...more };
      },
    },
    DeleteRolePolicy: {
      permissions: onRole("DeleteRolePolicy"),
      run: (input: sdk.DeleteRolePolicyRequest, call) => {
        if (!roleOf(call, input.RoleName).inline.delete(input.PolicyName ?? ""))
          throw missing(`role policy with name ${input.PolicyName}`);
        return {};
      },
    },
    DetachRolePolicy: {
      permissions: onRole("DetachRolePolicy"),
      run: (input: sdk.DetachRolePolicyRequest, call) => {
        if (!roleOf(call, input.RoleName).attached.delete(input.PolicyArn ?? ""))
          throw missing(`policy ${input.PolicyArn} of role ${input.RoleName}`);
        return {};
      },
    },
    DeleteRole: {
      permissions: onRole("DeleteRole"),
      run: (input: sdk.DeleteRoleRequest, call) => {
        const role = roleOf(call, input.RoleName);
        if (role.inline.size || role.attached.size)
          throw new AwsError("DeleteConflict", "Cannot delete entity, must detach all policies first.", 409);
        call.state.roles.delete(role.Arn);
        return {};
      },
    },
    DeletePolicy: {
      permissions: onPolicy("DeletePolicy"),
      run: ({ PolicyArn }: sdk.DeletePolicyRequest, call) => {
        const { Arn } = policyOf(call, PolicyArn);
        if ([...call.state.roles.values()].some(({ attached }) => attached.has(Arn)))
          throw new AwsError("DeleteConflict", "Cannot delete a policy attached to entities.", 409);
        call.state.policies.delete(Arn);
        return {};
      },
    },
  },
};

const REPORT_COLUMNS =
  "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active";

/** The report's first columns, a line for each user. */
const credentialReport = (users: readonly StoredUser[]): string =>
  [
    REPORT_COLUMNS,
    ...users.map(({ UserName, Arn, CreateDate, passwordLastUsed, mfa }) =>
      [
        UserName,
        Arn,
        CreateDate.toISOString(),
        passwordLastUsed !== undefined,
        passwordLastUsed?.toISOString() ?? "N/A",
        passwordLastUsed ? CreateDate.toISOString() : "N/A",
        "N/A",
        mfa,
      ].join(","),
    ),
  ].join("\n");

function userOf(call: Call, name: string | undefined): StoredUser {
  const user = own(call, call.state.users).find(({ UserName }) => UserName === name);
  if (!user) throw missing(`user with name ${name}`);
  return user;
}
