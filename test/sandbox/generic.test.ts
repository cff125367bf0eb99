import { expect } from "chai";
import { loadServices } from "../../src/auditors/registry.ts";
import { members } from "../permissions/members.ts";

describe("the estate made of the SDK's schemas", () => {
  for (const [what, name] of [
    ["are listed by name and described one by one", "eks"],
    ["are listed by name and described in batches", "codebuild"],
    ["are listed by URL", "sqs"],
    ["are named by two members", "ram"],
    ["hang below others in three steps", "identitycenter"],
    ["page by the last name", "firehose"],
  ] as const)
    it(`names resources that ${what} once each, and describes the one that was asked about (${name})`, async () => {
      const [service] = await loadServices([name]);
      const { accounts, grant, read } = members();
      grant([{ Sid: "Everything", Effect: "Allow", Action: "*", Resource: "*" }]);
      const { items } = await read(service!, service!.collectors, accounts[0]!);
      const names = items.map(({ resource_type, region, resource_id }) => `${resource_type} ${region} ${resource_id}`);
      expect(names).to.deep.equal([...new Set(names)]);
      const arns = items.flatMap(({ arn }) => arn ?? []);
      expect(arns).to.deep.equal([...new Set(arns)]);
      expect(items.filter(({ resource_id }) => !resource_id || resource_id.includes("undefined"))).to.deep.equal([]);
      expect(items).not.to.be.empty;
    });
});
