import { expect } from "chai";
import { PIPELINE_SUBJECTS, PipelineRoles, pipelineTrust } from "../../components/pipelineRoles.ts";
import { MANAGED_POLICY_LIMIT } from "../../src/auditors/policy.ts";
import { pipelinePolicies } from "../../stacks/pipeline.ts";
import { recorded } from "./recorded.ts";

const { deploy, look } = pipelinePolicies();
const make = (providerArn?: string) => () =>
  new PipelineRoles("pipeline", {
    repository: "acme/audit",
    namePrefix: "audit",
    ...(providerArn ? { providerArn } : {}),
    policies: { deploy, preview: [look], drift: [look] },
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
    for (const action of look.Statement.flatMap(({ Action }) => Action))
      expect(action).to.match(/^[\w-]+:(Get|List|Describe|View)/);
    expect(look.Statement.flatMap(({ Action }) => Action)).not.to.include.members(["s3:GetObject"]);
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

  it("fits IAM's limit of a managed policy", () => {
    for (const document of [...deploy, look])
      expect(JSON.stringify(document).length).to.be.at.most(MANAGED_POLICY_LIMIT);
  });
});
