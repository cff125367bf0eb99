import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import type { ResourceType, Service } from "../../src/auditors/collector.ts";
import { ownAuditor } from "../../src/auditors/ownAuditor.ts";
import { sqs } from "../../src/auditors/services/sqs.ts";

use(chaiAsPromised);

const own = (changed: Partial<Service> = {}, type: ResourceType = "AWS::Own::Thing"): Service => ({
  ...sqs,
  name: "own",
  module: import.meta.url,
  collectors: [{ ...sqs.collectors[0]!, type }],
  ...changed,
});

describe("an auditor of one's own", () => {
  it("is of the one service", async () => {
    const service = own();
    expect(await ownAuditor(service)).to.deep.equal({ name: "own", services: [service] });
  });

  for (const [title, service, problem] of [
    ["a name that no function can have", own({ name: "Own-Service" }), /"Own-Service".*small letters and digits/],
    ["the name of a service", own({ name: "sqs" }), /"sqs".*already/],
    ["the name of a group", own({ name: "network" }), /"network".*already/],
    ["no file", own({ module: undefined } as Partial<Service>), /module: import\.meta\.url/],
    ["a type that has a table", own({}, "AWS::SQS::Queue"), /AWS::SQS::Queue is read by the service "sqs"/],
  ] as const)
    it(`is refused with ${title}`, async () => {
      await expect(ownAuditor(service)).to.be.rejectedWith(problem);
    });
});
