import { expect } from "chai";
import fc from "fast-check";
import { loadAuditors, loadServices } from "../../src/auditors/registry.ts";
import { documentedTypes } from "../../src/auditors/resourceTypes.ts";
import type { Item } from "../../src/evidence/item.ts";
import { catalogOf, RUN_TABLES } from "../../src/tables/catalog.ts";
import { type PolicyTable, rowsOfPolicies } from "../../src/tables/policyRows.ts";
import { POLICY_TYPES, policiesOf } from "../../src/tables/policySites.ts";

const DOCUMENT = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Sid: "a", Effect: "Allow", Principal: { AWS: "222222222222" }, Action: "x:Get*", Resource: "*" },
    {
      Effect: "Allow",
      Principal: "*",
      Action: ["x:*"],
      Resource: "*",
      Condition: { Bool: { "aws:SecureTransport": "true" } },
    },
  ],
});

const item = (resource_type: string, configuration: Record<string, unknown>, rest: Partial<Item> = {}): Item => ({
  run_id: "r",
  collected_at: "2026-11-24T10:00:00.000Z",
  account_id: "111111111111",
  region: "eu-central-1",
  resource_type,
  resource_id: "it",
  arn: "arn:aws:x:::it",
  name: "it",
  tags: null,
  configuration,
  auditor: "x",
  operation: "List",
  ...rest,
});

const rows = (table: PolicyTable, of: Item): Record<string, unknown>[] =>
  rowsOfPolicies(table, of, { object: "evidence/x", line: 7 }).map((row) => {
    const { columns } = RUN_TABLES[table];
    expect(row).to.have.lengthOf(columns.length);
    return Object.fromEntries(columns.map(({ name }, index) => [name, row[index]]));
  });

/** Of each type an answer of AWS in which a policy stands. */
const ANSWERS: Record<string, Record<string, unknown>> = {
  "AWS::ApiGateway::DomainName": { managementPolicy: DOCUMENT, policy: DOCUMENT },
  "AWS::ApiGateway::RestApi": { policy: JSON.stringify(DOCUMENT).slice(1, -1) },
  "AWS::Backup::BackupVault": { GetBackupVaultAccessPolicy: { Policy: DOCUMENT } },
  "AWS::CloudTrail::Channel": { GetResourcePolicy: { ResourcePolicy: DOCUMENT } },
  "AWS::CloudTrail::EventDataStore": { GetResourcePolicy: { ResourcePolicy: DOCUMENT } },
  "AWS::CodeArtifact::Domain": { GetDomainPermissionsPolicy: { policy: { document: DOCUMENT } } },
  "AWS::CodeArtifact::Repository": { GetRepositoryPermissionsPolicy: { policy: { document: DOCUMENT } } },
  "AWS::CodeBuild::Project": { GetResourcePolicy: { policy: DOCUMENT } },
  "AWS::CodeBuild::ReportGroup": { GetResourcePolicy: { policy: DOCUMENT } },
  "AWS::DynamoDB::Table": { GetResourcePolicy: { Policy: DOCUMENT } },
  "AWS::EC2::VPCEndpoint": { PolicyDocument: DOCUMENT },
  "AWS::ECR::PublicRepository": { GetRepositoryPolicy: { policyText: DOCUMENT } },
  "AWS::ECR::RegistryPolicy": { policyText: DOCUMENT },
  "AWS::ECR::Repository": { GetRepositoryPolicy: { policyText: DOCUMENT } },
  "AWS::EFS::FileSystem": { DescribeFileSystemPolicy: { Policy: DOCUMENT } },
  "AWS::ElasticLoadBalancingV2::TrustStore": { GetResourcePolicy: { Policy: DOCUMENT } },
  "AWS::Events::EventBus": { Policy: DOCUMENT },
  "AWS::Glue::DataCatalogEncryptionSettings": {
    GetResourcePolicies: { GetResourcePoliciesResponseList: [{ PolicyInJson: DOCUMENT }] },
  },
  "AWS::IAM::Group": { GroupPolicyList: [{ PolicyName: "p", PolicyDocument: encodeURIComponent(DOCUMENT) }] },
  "AWS::IAM::ManagedPolicy": {
    PolicyName: "p",
    PolicyVersionList: [
      { IsDefaultVersion: false, Document: "%7B%7D" },
      { IsDefaultVersion: true, Document: encodeURIComponent(DOCUMENT) },
    ],
  },
  "AWS::IAM::Role": {
    AssumeRolePolicyDocument: encodeURIComponent(DOCUMENT),
    RolePolicyList: [{ PolicyName: "p", PolicyDocument: encodeURIComponent(DOCUMENT) }],
  },
  "AWS::IAM::User": { UserPolicyList: [{ PolicyName: "p", PolicyDocument: encodeURIComponent(DOCUMENT) }] },
  "AWS::ImageBuilder::Component": { GetComponentPolicy: { policy: DOCUMENT } },
  "AWS::ImageBuilder::ContainerRecipe": { GetContainerRecipePolicy: { policy: DOCUMENT } },
  "AWS::ImageBuilder::Image": { GetImagePolicy: { policy: DOCUMENT } },
  "AWS::ImageBuilder::ImageRecipe": { GetImageRecipePolicy: { policy: DOCUMENT } },
  "AWS::KMS::Key": { GetKeyPolicy: { Policy: DOCUMENT } },
  "AWS::Kinesis::Stream": { GetResourcePolicy: { Policy: DOCUMENT } },
  "AWS::Kinesis::StreamConsumer": { GetResourcePolicy: { Policy: DOCUMENT } },
  "AWS::Lambda::Alias": { GetPolicy: { Policy: DOCUMENT } },
  "AWS::Lambda::Function": { GetPolicy: { Policy: DOCUMENT } },
  "AWS::Lambda::LayerVersion": { GetLayerVersionPolicy: { Policy: DOCUMENT } },
  "AWS::Logs::DeliveryDestination": {
    GetDeliveryDestinationPolicy: { policy: { deliveryDestinationPolicy: DOCUMENT } },
  },
  "AWS::Logs::Destination": { accessPolicy: DOCUMENT },
  "AWS::Logs::ResourcePolicy": { policyDocument: DOCUMENT },
  "AWS::MSK::Cluster": { GetClusterPolicy: { Policy: DOCUMENT } },
  "AWS::NetworkFirewall::Firewall": { DescribeResourcePolicy: { Policy: DOCUMENT } },
  "AWS::NetworkFirewall::FirewallPolicy": { DescribeResourcePolicy: { Policy: DOCUMENT } },
  "AWS::NetworkFirewall::RuleGroup": { DescribeResourcePolicy: { Policy: DOCUMENT } },
  "AWS::OpenSearchService::Domain": { AccessPolicies: DOCUMENT },
  "AWS::Organizations::Policy": { PolicySummary: { Type: "SERVICE_CONTROL_POLICY", Name: "p" }, Content: DOCUMENT },
  "AWS::Organizations::ResourcePolicy": { Content: DOCUMENT },
  "AWS::Redshift::Cluster": { GetResourcePolicy: { ResourcePolicy: { Policy: DOCUMENT } } },
  "AWS::RedshiftServerless::Snapshot": { GetResourcePolicy: { resourcePolicy: { policy: DOCUMENT } } },
  "AWS::S3::AccessGrantsInstance": { GetAccessGrantsInstanceResourcePolicy: { Policy: DOCUMENT } },
  "AWS::S3::AccessPoint": { GetAccessPointPolicy: { Policy: DOCUMENT } },
  "AWS::S3::Bucket": { GetBucketPolicy: { Policy: DOCUMENT } },
  "AWS::S3::MultiRegionAccessPoint": {
    GetMultiRegionAccessPointPolicy: { Policy: { Established: { Policy: DOCUMENT } } },
  },
  "AWS::S3ObjectLambda::AccessPoint": { GetAccessPointPolicyForObjectLambda: { Policy: DOCUMENT } },
  "AWS::SES::EmailIdentity": { Policies: { p: DOCUMENT } },
  "AWS::SNS::Topic": { GetTopicAttributes: { Attributes: { Policy: DOCUMENT } } },
  "AWS::SQS::Queue": { GetQueueAttributes: { Attributes: { Policy: DOCUMENT } } },
  "AWS::SSO::PermissionSet": { GetInlinePolicyForPermissionSet: { InlinePolicy: DOCUMENT } },
  "AWS::SageMaker::ModelPackageGroup": { GetModelPackageGroupPolicy: { ResourcePolicy: DOCUMENT } },
  "AWS::SecretsManager::Secret": { GetResourcePolicy: { ResourcePolicy: DOCUMENT } },
  "AWS::VpcLattice::ResourceConfiguration": { GetResourcePolicy: { policy: DOCUMENT } },
  "AWS::VpcLattice::Service": { GetAuthPolicy: { policy: DOCUMENT }, GetResourcePolicy: { policy: DOCUMENT } },
  "AWS::VpcLattice::ServiceNetwork": { GetAuthPolicy: { policy: DOCUMENT }, GetResourcePolicy: { policy: DOCUMENT } },
  "AWS::WAFv2::RuleGroup": { GetPermissionPolicy: { Policy: DOCUMENT } },
  "AWS::XRay::ResourcePolicy": { PolicyDocument: DOCUMENT },
};

/** Documents called a policy that are none of IAM's, or that say nothing about who may do what. */
const OTHERWISE = new Set([
  "AWS::CloudFormation::Stack",
  "AWS::CloudFront::CachePolicy",
  "AWS::CloudFront::OriginRequestPolicy",
  "AWS::CloudFront::ResponseHeadersPolicy",
  "AWS::Cognito::UserPool",
  "AWS::EC2::EC2Fleet",
  "AWS::EC2::VerifiedAccessEndpoint",
  "AWS::EC2::VerifiedAccessGroup",
  "AWS::EKS::AccessEntry",
  "AWS::EKS::Cluster",
  "AWS::EKS::PodIdentityAssociation",
  "AWS::ElasticLoadBalancing::LoadBalancer",
  "AWS::ElasticLoadBalancingV2::Listener",
  "AWS::AutoScaling::AutoScalingGroup",
  "AWS::Batch::ComputeEnvironment",
  "AWS::Bedrock::Guardrail",
  "AWS::ECR::RepositoryCreationTemplate",
  "AWS::Glue::Crawler",
  "AWS::Lambda::CodeSigningConfig",
  "AWS::Logs::AccountPolicy",
  "AWS::Logs::LogGroup",
  "AWS::OpenSearchServerless::AccessPolicy",
  "AWS::OpenSearchServerless::SecurityPolicy",
  "AWS::SSM::Parameter",
  "AWS::Transfer::User",
  "AWS::Transfer::WebApp",
]);

describe("where policies stand", () => {
  for (const type of POLICY_TYPES)
    it(`${type}: its documents are found`, () => {
      const found = policiesOf(item(type, ANSWERS[type] ?? {}));
      expect(found.map(({ state }) => state)).to.deep.equal(found.map(() => "read")).and.not.to.be.empty;
      const statements = rows("policy_statements", item(type, ANSWERS[type]!));
      expect(statements.map(({ problem }) => problem)).to.deep.equal(statements.map(() => null));
      expect(statements).to.have.lengthOf(2 * found.length);
    });

  it("are in answers of operations that are asked", async () => {
    const operations = new Map(documentedTypes(await loadServices()).map((each) => [each.type, each.operations]));
    for (const type of POLICY_TYPES) {
      const answers = Object.fromEntries((operations.get(type) ?? []).map((operation) => [operation, null]));
      for (const found of policiesOf(item(type, answers)))
        expect(found.state === "not known" ? found.why : "", type).not.to.match(/was not asked/);
    }
  });

  it("are all that is collected", async () => {
    const { tables } = catalogOf(await loadAuditors());
    const having = tables.filter(({ members }) =>
      members.some(({ member }) => /(Policy|Policies|[pP]olicyText|[pP]olicyDocument)$/.test(member)),
    );
    const types = having.map(({ resourceType }) => resourceType).filter((type) => !OTHERWISE.has(type));
    expect(types.filter((type) => !POLICY_TYPES.has(type))).to.deep.equal([]);
  });
});

describe("tables of policies", () => {
  const topic = item("AWS::SNS::Topic", ANSWERS["AWS::SNS::Topic"]!);

  it("have a row for each statement, and what it says in lists", () => {
    const [first, second] = rows("policy_statements", topic);
    expect(first).to.include({ policy_kind: "resource", statement: 0, sid: "a", effect: "Allow", evidence_line: 7 });
    expect(first).to.deep.include({
      principals: ["AWS:222222222222"],
      actions: ["x:Get*"],
      evidence: ["evidence/x:7"],
    });
    expect(second).to.deep.include({ principals: ["*"], not_actions: null, condition_keys: ["aws:securetransport"] });
    expect(JSON.parse((second!.conditions as string[])[0]!)).to.deep.equal({
      operator: "Bool",
      key: "aws:SecureTransport",
      values: ["true"],
    });
  });

  it("have a row for each audience, with the statement that opens", () => {
    expect(
      rows("policy_audiences", topic).map(({ audience, members, statement, actions }) => [
        audience,
        members,
        statement,
        actions,
      ]),
    ).to.deep.equal([
      ["accounts", ["222222222222"], 0, ["x:Get*"]],
      ["everybody", [], 1, ["x:*"]],
    ]);
    expect(rows("policies", topic)[0]).to.include({ state: "read", statements: 2, open: true, problem: null });
  });

  it("say that there is none", () => {
    const none = item("AWS::S3::Bucket", { GetBucketPolicy: null });
    expect(rows("policies", none)[0]).to.include({ state: "none", open: false, refuses_plain_http: false });
    expect(rows("policy_audiences", none)[0]).to.include({ audience: "nobody" });
    expect(rows("policy_statements", none)).to.deep.equal([]);
  });

  for (const [what, of] of [
    ["was not read", item("AWS::S3::Bucket", {}, { unread: { GetBucketPolicy: "AccessDenied" } })],
    ["was not asked for", item("AWS::S3::Bucket", {})],
    ["is cut", item("AWS::S3::Bucket", { GetBucketPolicy: { Policy: DOCUMENT.slice(0, -9) } })],
    ["has no statement", item("AWS::S3::Bucket", { GetBucketPolicy: { Policy: "{}" } })],
    ["is of no role that AWS could have", item("AWS::IAM::Role", { AssumeRolePolicyDocument: "" })],
    ["is no document", item("AWS::KMS::Key", { GetKeyPolicy: { Policy: 7 } })],
  ] as const)
    it(`say of a policy that ${what} that it is not known`, () => {
      const [policy] = rows("policies", of);
      expect(policy).to.include({ state: "not known", open: null });
      expect(policy!.problem).to.be.a("string").and.not.equal("");
      expect(rows("policy_audiences", of)[0]).to.include({ audience: "not known" });
      const [statement] = rows("policy_statements", of);
      expect(statement!.problem).to.equal(policy!.problem);
    });

  it("are made of anything that an answer may hold", () => {
    fc.assert(
      fc.property(fc.constantFrom(...POLICY_TYPES), fc.jsonValue(), (type, value) => {
        const configuration = JSON.parse(
          JSON.stringify(ANSWERS[type]).replaceAll(JSON.stringify(DOCUMENT), () => JSON.stringify(value)),
        ) as Record<string, unknown>;
        for (const table of ["policies", "policy_statements", "policy_audiences"] as const)
          rows(table, item(type, configuration));
      }),
    );
  });
});
