import type { Item } from "../evidence/item.ts";
import { at, flagAt, listAt, textAt } from "./reading.ts";

/**
 * What a policy does where it stands: `resource` and `trust` say who may come in, `managed`, `inline` and
 * `permission set` what their holder may do, `scp` and `rcp` what an organization leaves of it, `endpoint` what may
 * pass an endpoint.
 */
export const POLICY_KINDS = [
  "resource",
  "trust",
  "managed",
  "inline",
  "permission set",
  "scp",
  "rcp",
  "endpoint",
] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

/** One policy document of a resource, or why there is none to read. */
export type Standing = { kind: PolicyKind; name: string | null } & (
  | { state: "read"; document: unknown }
  | { state: "none" }
  | { state: "not known"; why: string }
);

type Site = (item: Item) => Standing[];

const KIND = { kind: "resource", name: null } as const;

/**
 * A document in the answer of a detail operation; AWS said that there is none where the answer is null or lacks it.
 * @param always there is one whatever the answer says, so that none is not known
 */
const inDetail =
  (operation: string, path: readonly string[], { always = false } = {}): Site =>
  ({ configuration, unread }) => {
    const notKnown = (why: string): Standing[] => [{ ...KIND, state: "not known", why }];
    if (unread?.[operation]) return notKnown(`${operation}: ${unread[operation]}`);
    if (!(operation in configuration)) return notKnown(`${operation} was not asked`);
    const document = at(configuration[operation], ...path);
    if (document === undefined || document === "")
      return always ? notKnown(`${operation} has no policy`) : [{ ...KIND, state: "none" }];
    return [{ ...KIND, state: "read", document }];
  };

interface Member {
  /** There is a document in each resource. */
  always?: boolean;
  /** The operation that lays the member over the listing's answer. */
  readBy?: string;
}

/** A document that is a member of the resource; where it is left out there is none. */
const inMember =
  (path: readonly string[], as: { kind: PolicyKind } = KIND, { always = false, readBy }: Member = {}): Site =>
  ({ configuration, unread }) => {
    const document = at(configuration, ...path);
    const standing = { ...as, name: null };
    if (document !== undefined && document !== "") return [{ ...standing, state: "read", document }];
    if (readBy && unread?.[readBy]) return [{ ...standing, state: "not known", why: `${readBy}: ${unread[readBy]}` }];
    return always
      ? [{ ...standing, state: "not known", why: `${path.join(".")} was not read` }]
      : [{ ...standing, state: "none" }];
  };

/** Policies that stand in a principal itself. */
const inlineIn =
  (list: string): Site =>
  ({ configuration }) => {
    const policies = listAt(configuration, list);
    if (!policies) return [];
    return policies.map((each) => {
      const document = at(each, "PolicyDocument");
      const standing = { kind: "inline" as const, name: textAt(each, "PolicyName") ?? null };
      return document === undefined
        ? { ...standing, state: "not known", why: "its document was not read" }
        : { ...standing, state: "read", document };
    });
  };

/** The version of a managed policy that is in force. */
const defaultVersion: Site = ({ configuration }) => {
  const standing = { kind: "managed" as const, name: textAt(configuration, "PolicyName") ?? null };
  const version = listAt(configuration, "PolicyVersionList")?.find((each) => flagAt(each, "IsDefaultVersion") === true);
  const document = at(version, "Document");
  return document === undefined
    ? [{ ...standing, state: "not known", why: "its default version was not read" }]
    : [{ ...standing, state: "read", document }];
};

/** Service and resource control policies; other policies of organizations are of another language. */
const ofOrganization: Site = ({ configuration, unread }) => {
  const type = textAt(configuration, "PolicySummary", "Type") ?? textAt(configuration, "Type");
  const kind = { SERVICE_CONTROL_POLICY: "scp", RESOURCE_CONTROL_POLICY: "rcp" }[type ?? ""] as PolicyKind | undefined;
  if (!kind) return [];
  const name = textAt(configuration, "PolicySummary", "Name") ?? textAt(configuration, "Name") ?? null;
  const document = at(configuration, "Content");
  return document === undefined
    ? [{ kind, name, state: "not known", why: `DescribePolicy: ${unread?.DescribePolicy ?? "was not asked"}` }]
    : [{ kind, name, state: "read", document }];
};

/** SES has several policies for an identity, by name. */
const named: Site = ({ configuration, unread }) => {
  const policies = at(configuration, "Policies");
  const refused = unread?.GetEmailIdentity;
  if (refused) return [{ ...KIND, state: "not known", why: `GetEmailIdentity: ${refused}` }];
  if (typeof policies !== "object" || policies === null) return [{ ...KIND, state: "none" }];
  const found = Object.entries(policies).map(
    ([name, document]): Standing => ({ ...KIND, name, state: "read", document }),
  );
  return found.length ? found : [{ ...KIND, state: "none" }];
};

/** Glue answers with the policy of the catalog and those of what is shared by RAM. */
const ofCatalog: Site = (item) => {
  const list = listAt(item.configuration, "GetResourcePolicies", "GetResourcePoliciesResponseList");
  if (!list?.length) return inDetail("GetResourcePolicies", ["GetResourcePoliciesResponseList", "0"])(item);
  return list.map((each): Standing => ({ ...KIND, state: "read", document: at(each, "PolicyInJson") }));
};

/** API Gateway's text has the quotes of a JSON text, without the quotes around it. */
const escaped: Site = (item) =>
  inMember(["policy"])(item).map((standing) =>
    standing.state === "read" && typeof standing.document === "string" && /^\s*\{\s*\\"/.test(standing.document)
      ? { ...standing, document: `"${standing.document.trim()}"` }
      : standing,
  );

const TRUST = { kind: "trust" } as const;

/** Where policies stand: each resource type that has any, and how its documents are found. */
const SITES: Readonly<Record<string, readonly Site[]>> = {
  "AWS::ApiGateway::DomainName": [inMember(["managementPolicy"]), inMember(["policy"])],
  "AWS::ApiGateway::RestApi": [escaped],
  "AWS::Backup::BackupVault": [inDetail("GetBackupVaultAccessPolicy", ["Policy"])],
  "AWS::CloudTrail::Channel": [inDetail("GetResourcePolicy", ["ResourcePolicy"])],
  "AWS::CloudTrail::EventDataStore": [inDetail("GetResourcePolicy", ["ResourcePolicy"])],
  "AWS::CodeArtifact::Domain": [inDetail("GetDomainPermissionsPolicy", ["policy", "document"])],
  "AWS::CodeArtifact::Repository": [inDetail("GetRepositoryPermissionsPolicy", ["policy", "document"])],
  "AWS::CodeBuild::Project": [inDetail("GetResourcePolicy", ["policy"])],
  "AWS::CodeBuild::ReportGroup": [inDetail("GetResourcePolicy", ["policy"])],
  "AWS::DynamoDB::Table": [inDetail("GetResourcePolicy", ["Policy"])],
  "AWS::EC2::VPCEndpoint": [inMember(["PolicyDocument"], { kind: "endpoint" })],
  "AWS::ECR::PublicRepository": [inDetail("GetRepositoryPolicy", ["policyText"])],
  "AWS::ECR::RegistryPolicy": [inMember(["policyText"], KIND, { always: true })],
  "AWS::ECR::Repository": [inDetail("GetRepositoryPolicy", ["policyText"])],
  "AWS::EFS::FileSystem": [inDetail("DescribeFileSystemPolicy", ["Policy"])],
  "AWS::ElasticLoadBalancingV2::TrustStore": [inDetail("GetResourcePolicy", ["Policy"])],
  "AWS::Events::EventBus": [inMember(["Policy"])],
  "AWS::Glue::DataCatalogEncryptionSettings": [ofCatalog],
  "AWS::IAM::Group": [inlineIn("GroupPolicyList")],
  "AWS::IAM::ManagedPolicy": [defaultVersion],
  "AWS::IAM::Role": [inMember(["AssumeRolePolicyDocument"], TRUST, { always: true }), inlineIn("RolePolicyList")],
  "AWS::IAM::User": [inlineIn("UserPolicyList")],
  "AWS::ImageBuilder::Component": [inDetail("GetComponentPolicy", ["policy"])],
  "AWS::ImageBuilder::ContainerRecipe": [inDetail("GetContainerRecipePolicy", ["policy"])],
  "AWS::ImageBuilder::Image": [inDetail("GetImagePolicy", ["policy"])],
  "AWS::ImageBuilder::ImageRecipe": [inDetail("GetImageRecipePolicy", ["policy"])],
  "AWS::KMS::Key": [inDetail("GetKeyPolicy", ["Policy"], { always: true })],
  "AWS::Kinesis::Stream": [inDetail("GetResourcePolicy", ["Policy"])],
  "AWS::Kinesis::StreamConsumer": [inDetail("GetResourcePolicy", ["Policy"])],
  "AWS::Lambda::Alias": [inDetail("GetPolicy", ["Policy"])],
  "AWS::Lambda::Function": [inDetail("GetPolicy", ["Policy"])],
  "AWS::Lambda::LayerVersion": [inDetail("GetLayerVersionPolicy", ["Policy"])],
  "AWS::Logs::DeliveryDestination": [inDetail("GetDeliveryDestinationPolicy", ["policy", "deliveryDestinationPolicy"])],
  "AWS::Logs::Destination": [inMember(["accessPolicy"])],
  "AWS::Logs::ResourcePolicy": [inMember(["policyDocument"], KIND, { always: true })],
  "AWS::MSK::Cluster": [inDetail("GetClusterPolicy", ["Policy"])],
  "AWS::NetworkFirewall::Firewall": [inDetail("DescribeResourcePolicy", ["Policy"])],
  "AWS::NetworkFirewall::FirewallPolicy": [inDetail("DescribeResourcePolicy", ["Policy"])],
  "AWS::NetworkFirewall::RuleGroup": [inDetail("DescribeResourcePolicy", ["Policy"])],
  "AWS::OpenSearchService::Domain": [inMember(["AccessPolicies"], KIND, { readBy: "DescribeDomains" })],
  "AWS::Organizations::Policy": [ofOrganization],
  "AWS::Organizations::ResourcePolicy": [inMember(["Content"], KIND, { always: true })],
  "AWS::Redshift::Cluster": [inDetail("GetResourcePolicy", ["ResourcePolicy", "Policy"])],
  "AWS::RedshiftServerless::Snapshot": [inDetail("GetResourcePolicy", ["resourcePolicy", "policy"])],
  "AWS::S3::AccessGrantsInstance": [inDetail("GetAccessGrantsInstanceResourcePolicy", ["Policy"])],
  "AWS::S3::AccessPoint": [inDetail("GetAccessPointPolicy", ["Policy"])],
  "AWS::S3::Bucket": [inDetail("GetBucketPolicy", ["Policy"])],
  "AWS::S3::MultiRegionAccessPoint": [inDetail("GetMultiRegionAccessPointPolicy", ["Policy", "Established", "Policy"])],
  "AWS::S3ObjectLambda::AccessPoint": [inDetail("GetAccessPointPolicyForObjectLambda", ["Policy"])],
  "AWS::SES::EmailIdentity": [named],
  "AWS::SNS::Topic": [inDetail("GetTopicAttributes", ["Attributes", "Policy"])],
  "AWS::SQS::Queue": [inDetail("GetQueueAttributes", ["Attributes", "Policy"])],
  "AWS::SSO::PermissionSet": [
    (item) =>
      inDetail("GetInlinePolicyForPermissionSet", ["InlinePolicy"])(item).map((each) => ({
        ...each,
        kind: "permission set",
      })),
  ],
  "AWS::SageMaker::ModelPackageGroup": [inDetail("GetModelPackageGroupPolicy", ["ResourcePolicy"])],
  "AWS::SecretsManager::Secret": [inDetail("GetResourcePolicy", ["ResourcePolicy"])],
  "AWS::VpcLattice::ResourceConfiguration": [inDetail("GetResourcePolicy", ["policy"])],
  "AWS::VpcLattice::Service": [inDetail("GetAuthPolicy", ["policy"]), inDetail("GetResourcePolicy", ["policy"])],
  "AWS::VpcLattice::ServiceNetwork": [inDetail("GetAuthPolicy", ["policy"]), inDetail("GetResourcePolicy", ["policy"])],
  "AWS::WAFv2::RuleGroup": [inDetail("GetPermissionPolicy", ["Policy"])],
  "AWS::XRay::ResourcePolicy": [inMember(["PolicyDocument"], KIND, { always: true })],
};

/** Types in whose evidence policies stand. */
export const POLICY_TYPES: ReadonlySet<string> = new Set(Object.keys(SITES));

/** Operations of each type whose answers have its documents, for a test against what is collected. */
export const policiesOf = (item: Item): Standing[] => (SITES[item.resource_type] ?? []).flatMap((site) => site(item));
