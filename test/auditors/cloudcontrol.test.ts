import { CloudControlClient, GetResourceCommand, ListResourcesCommand } from "@aws-sdk/client-cloudcontrol";
import { mockClient } from "aws-sdk-client-mock";
import { expect } from "chai";
import { bundle } from "../../components/bundle.ts";
import { cloudControl } from "../../src/auditors/cloudcontrol.ts";
import { actionsOf } from "../../src/auditors/collector.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { readItem } from "../../src/collect/resources.ts";
import type { Item } from "../../src/evidence/item.ts";

const TYPE = "AWS::IoT::Policy";

describe("types read by the Cloud Control API", () => {
  const mock = mockClient(CloudControlClient);
  after(() => mock.restore());

  async function read() {
    const builder = new OutcomeBuilder(
      { auditor: "cloudcontrol", account_id: "111111111111", region: "eu-west-1" },
      () => 0,
    );
    const items: Item[] = [];
    await readItem(
      { name: "cloudcontrol", services: [cloudControl([TYPE])] },
      {
        runId: "run",
        partition: "aws",
        item: builder.item,
        clientOf: (Client, region) => new Client({ region }),
        homeRegion: "us-east-1",
        budget: (_client, call) => call(() => undefined),
        bucketsFor: () => [],
        builder,
        deadline: new AbortController().signal,
        now: () => 0,
        wait: async () => undefined,
        write: async (item) => void items.push(item),
        digestKey: "0123456789abcdef",
      },
    );
    return { items, outcome: builder.outcome() };
  }

  it("are items like others, with the properties as configuration and digests for what looks like a secret", async () => {
    mock.reset();
    mock
      .on(ListResourcesCommand, { TypeName: TYPE })
      .resolves({ ResourceDescriptions: [{ Identifier: "p", Properties: '{"PolicyName":"p"}' }] });
    const properties = {
      PolicyName: "p",
      Arn: "arn:p",
      Tags: [{ Key: "a", Value: "b" }],
      Deep: [{ ApiKey: "hunter2" }],
    };
    mock
      .on(GetResourceCommand, { TypeName: TYPE, Identifier: "p" })
      .resolves({ ResourceDescription: { Identifier: "p", Properties: JSON.stringify(properties) } });
    const { items, outcome } = await read();
    expect(outcome.counts).to.deep.equal({ [TYPE]: 1 });
    expect(items[0]).to.deep.include({ resource_id: "p", arn: "arn:p", tags: { a: "b" }, operation: "ListResources" });
    expect(items[0]!.configuration).to.include({ PolicyName: "p" }).and.not.to.have.property("Properties");
    expect(JSON.stringify(items)).not.to.include("hunter2");
  });

  for (const [what, name, status] of [
    ["the type's own permission is missing", "AccessDeniedException", "denied"],
    ["there is no such type in the region", "TypeNotFoundException", "not-enabled"],
    ["the type cannot be listed so", "UnsupportedActionException", "failed"],
  ] as const)
    it(`say so when ${what}`, async () => {
      mock.reset();
      mock.on(ListResourcesCommand).rejects(Object.assign(new Error(name), { name }));
      expect((await read()).outcome.status).to.equal(status);
    });

  it("make one more auditor, of the types that no other declares", async () => {
    const auditors = await loadAuditors(["rds"], { cloudControlTypes: [TYPE, "AWS::RDS::DBInstance"] });
    expect(auditors.map(({ name }) => name)).to.deep.equal(["rds", "cloudcontrol"]);
    expect(auditors[1]!.services[0]!.collectors.map(({ type }) => type)).to.deep.equal([TYPE]);
    expect(actionsOf(auditors[1]!.services[0]!)).to.deep.equal([
      "cloudformation:GetResource",
      "cloudformation:ListResources",
    ]);
    expect(bundle({ kind: "cloudControl", types: [TYPE] }).source).to.include(TYPE);
  });
});
