import { expect } from "chai";
import { scheduledRequest, schedulerPermissions, schedulerTrust } from "../../components/schedule.ts";

describe("a schedule", () => {
  it("may invoke the boss and keep what failed, and nothing else", () => {
    const statements = schedulerPermissions("arn:boss", "arn:queue").Statement;
    expect(statements.map(({ Action, Resource }) => [...Action, Resource])).to.deep.equal([
      ["lambda:InvokeFunction", "arn:boss"],
      ["sqs:SendMessage", "arn:queue"],
    ]);
  });

  it("is trusted for this account's schedules only", () => {
    expect(schedulerTrust("999999999999").Statement).to.deep.equal([
      {
        Effect: "Allow",
        Principal: { Service: "scheduler.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": "999999999999" } },
      },
    ]);
  });

  it("tells the boss its name and the time it was due, and which auditors", () => {
    expect(
      JSON.parse(scheduledRequest({ name: "hourly", expression: "rate(1 hour)", auditors: ["iam"] })),
    ).to.deep.equal({
      schedule: { name: "hourly", time: "<aws.scheduler.scheduled-time>" },
      auditors: ["iam"],
    });
  });
});
