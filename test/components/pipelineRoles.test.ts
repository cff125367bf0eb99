import { expect } from "chai";
import { PIPELINE_SUBJECTS, PipelineRoles, pipelineTrust } from "../../components/pipelineRoles.ts";
import { MANAGED_POLICY_LIMIT } from "../../src/auditors/policy.ts";
import { forNames, pipelinePolicies } from "../../stacks/pipeline.ts";
import { recorded } from "./recorded.ts";

const { deploy, look } = pipelinePolicies("my-pulumi-state");
const make = (providerArn?: string) => () =>
  new PipelineRoles("pipeline", {
    repository: "acme/audit",
    namePrefix: "audit",
    ...(providerArn ? { providerArn } : {}),
    policies: { deploy, preview: look, drift: look },
  });

describe("PipelineRoles", () => {
  it("trusts one exact subject of GitHub's token for each job, and AWS's audience", () => {
    for (const [job, sub] of [
      ["preview", "repo:acme/audit:pull_request"],
      ["drift", "repo:acme/audit:environment:drift"],
      ["deploy", "repo:acme/audit:environment:production"],
    ] as const) {
      const [statement] = pipelineTrust("arn:provider", PIPELINE_SUBJECTS[job]("acme/audit")).Statement;
      expect(statement!.Condition).to.deep.equal({
        StringEquals: {
          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
          "token.actions.githubusercontent.com:sub": sub,
        },
      });
    }
  });

  it("makes the provider, or uses the one that the account has", async () => {
    const types = async (providerArn?: string) => (await recorded(make(providerArn))).all.map(({ type }) => type);
    expect(await types()).to.include("aws:iam/openIdConnectProvider:OpenIdConnectProvider");
    expect(await types("arn:aws:iam::999999999999:oidc-provider/x")).not.to.include(
      "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    );
  });

  it("lets a preview and the search for drift read, and change nothing", () => {
    for (const { Sid, Action, Resource } of look.flatMap(({ Statement }) => Statement))
      for (const action of Action) {
        expect(action, Sid).to.match(/^[\w-]+:(Get|List|Describe|View)/);
        if (action === "s3:GetObject") expect(Resource).to.equal("arn:aws:s3:::my-pulumi-state/.pulumi/*");
      }
  });

  it("lets no job change the pipeline's own roles", async () => {
    const roles = (await recorded(make())).all.filter(({ type }) => type === "aws:iam/role:Role");
    expect(roles).to.have.length(3);
    for (const { inputs } of roles) expect(inputs.path).to.equal("/audit-ecosystem-pipeline/");
    const changing = deploy
      .flatMap(({ Statement }) => Statement)
      .filter(({ Action }) => Action.some((each) => /^iam:(?!Get|List)/.test(each)));
    expect(changing).not.to.be.empty;
    for (const { Resource } of changing)
      expect(String(Resource)).to.be.oneOf([
        "arn:aws:iam::*:role/audit-ecosystem/*",
        "arn:aws:iam::*:role/aws-service-role/config-multiaccountsetup.amazonaws.com/*",
      ]);
  });

  it("lets every job reach the state where its bucket is named, and none where it is not", () => {
    const onState = (documents: typeof deploy) =>
      documents
        .flatMap(({ Statement }) => Statement)
        .flatMap(({ Action, Resource }) => (String(Resource).includes("/.pulumi/") ? Action : []));
    expect(onState(deploy)).to.have.members(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]);
    expect(onState(look)).to.deep.equal(["s3:GetObject"]);
    expect(onState(pipelinePolicies().deploy)).to.be.empty;
  });

  it("is about the resources of the stack, by whatever names it has them", () => {
    const standard = { partition: "aws", namePrefix: "audit", parameterName: "/audit-ecosystem/accounts" };
    for (const document of deploy) expect(forNames(document, standard)).to.deep.equal(document);
    const names = {
      partition: "aws-cn",
      namePrefix: "Acme-it",
      bucketName: "evidence",
      parameterName: "/acme/members",
    };
    const arns = deploy.flatMap((document) => forNames(document, names).Statement.flatMap(({ Resource }) => Resource));
    expect(arns.filter((arn) => /^arn:aws:|[:/]audit(?!-ecosystem)/.test(arn) && !/:(s3):/.test(arn))).to.deep.equal(
      [],
    );
    expect(arns).to.include.members([
      "arn:aws-cn:lambda:*:*:function:Acme-it-*",
      "arn:aws-cn:logs:*:*:log-group:/aws/lambda/Acme-it-*",
      "arn:aws-cn:glue:*:*:table/acme_it/*",
      "arn:aws-cn:athena:*:*:workgroup/Acme-it",
      "arn:aws-cn:sqs:*:*:Acme-it-*",
      "arn:aws-cn:s3:::evidence",
      "arn:aws-cn:ssm:*:*:parameter/acme/members",
      "arn:aws-cn:iam::*:role/audit-ecosystem/*",
    ]);
  });

  it("fits IAM's limit of a managed policy", () => {
    for (const document of [...deploy, ...look])
      expect(JSON.stringify(document).length).to.be.at.most(MANAGED_POLICY_LIMIT);
  });
});
