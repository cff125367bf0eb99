import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { GetParametersByPathCommand, SSMClient } from "@aws-sdk/client-ssm";
import { ConfiguredRetryStrategy } from "@smithy/core/retry";
import { expect } from "chai";
import { tellThrottles } from "../../src/collect/throttles.ts";
import { sandboxForTest } from "../sandbox/sandbox.ts";

describe("attempts that AWS refuses because there were too many", () => {
  type Options = ReturnType<ReturnType<typeof sandboxForTest>["as"]>;
  const calls: Record<string, (options: Options, throttled: () => void) => Promise<unknown>> = {
    ec2: (options, told) => new EC2Client(options).send(tellThrottles(new DescribeRegionsCommand({}), told)),
    rds: (options, told) => new RDSClient(options).send(tellThrottles(new DescribeDBInstancesCommand({}), told)),
    s3: (options, told) => new S3Client(options).send(tellThrottles(new ListBucketsCommand({}), told)),
    ssm: (options, told) =>
      new SSMClient(options).send(tellThrottles(new GetParametersByPathCommand({ Path: "/none" }), told)),
  };
  const patient = (options: Options) => ({ ...options, retryStrategy: new ConfiguredRetryStrategy(4, () => 0) });

  for (const [service, send] of Object.entries(calls))
    it(`are told one by one of ${service}, be the call answered in the end`, async () => {
      const { sandbox, as } = sandboxForTest();
      sandbox.state.faults.script = [{ effect: { kind: "throttled" }, service, times: 2 }];
      let throttles = 0;
      await send(patient(as()), () => {
        throttles += 1;
      });
      expect(throttles).to.equal(2);
    });

  it("are told from other retries", async () => {
    const { sandbox, as } = sandboxForTest();
    sandbox.state.faults.script = [{ effect: { kind: "unavailable" }, service: "rds", times: 2 }];
    let throttles = 0;
    const answer = (await calls.rds!(patient(as()), () => {
      throttles += 1;
    })) as { $metadata: { attempts: number } };
    expect(answer.$metadata.attempts).to.equal(3);
    expect(throttles).to.equal(0);
  });

  it("are told of a call that is never answered", async () => {
    const { sandbox, as } = sandboxForTest();
    sandbox.state.faults.script = [{ effect: { kind: "throttled" }, service: "rds", times: 9 }];
    let throttles = 0;
    let thrown: unknown;
    await calls.rds!(patient(as()), () => {
      throttles += 1;
    }).catch((error: unknown) => {
      thrown = error;
    });
    expect(thrown).to.have.property("name", "Throttling");
    expect(throttles).to.equal(4);
  });
});
