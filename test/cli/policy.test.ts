import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { Command } from "commander";
import { CliError } from "../../cli/cliError.ts";
import { policyCommand } from "../../cli/commands/policy.ts";

use(chaiAsPromised);

const AGGREGATOR = "999999999999/eu-central-1/organization";

async function policy(...args: string[]): Promise<string> {
  const { write } = process.stdout;
  let out = "";
  process.stdout.write = (text: string | Uint8Array) => {
    out += text;
    return true;
  };
  try {
    await policyCommand(new Command()).parseAsync(args, { from: "user" });
    return out;
  } finally {
    process.stdout.write = write;
  }
}

describe("itaudit policy", () => {
  it("lets the aggregators of the named account and region be asked, as the stack's keys do", async () => {
    const asked = ["--config-aggregator", AGGREGATOR, "--config-aggregator-types", "AWS::IoT::Policy"];
    const { Statement } = JSON.parse(await policy("--auditors", "rds", ...asked)) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    const asking = Statement.filter(({ Action }) => Action.includes("config:SelectAggregateResourceConfig"));
    expect(asking.map(({ Resource }) => Resource)).to.deep.equal([
      ["arn:*:config:eu-central-1:999999999999:config-aggregator/*"],
    ]);
    expect(await policy("--auditors", "rds")).not.to.include("config:Select");
  });

  for (const [what, args, message] of [
    ["an aggregator without types", ["--config-aggregator", AGGREGATOR], /--config-aggregator-types$/],
    ["types without an aggregator", ["--config-aggregator-types", "AWS::IoT::Policy"], /--config-aggregator$/],
    [
      "a word for an aggregator",
      ["--config-aggregator", "organization", "--config-aggregator-types", "AWS::IoT::Policy"],
      /organization is no aggregator's name, such as 999999999999\/eu-central-1\/organization/,
    ],
    ["actions without types", ["--cloud-control-actions", "iot:GetPolicy"], /--cloud-control-types$/],
  ] as const)
    it(`refuses ${what}, with what to do`, async () => {
      await expect(policy(...args)).to.be.rejectedWith(CliError, message);
    });
});
