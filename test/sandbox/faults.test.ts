import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { type Effect, effectsOn, type Faults } from "../../sandbox/faults.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { sandboxForTest } from "./sandbox.ts";

const nameOf = (sending: Promise<unknown>): Promise<string> =>
  sending.then(
    () => "answered",
    (error: Error & { code?: string }) => error.code ?? error.name,
  );

describe("faults of the sandbox", () => {
  type As = ReturnType<typeof sandboxForTest>["as"];
  const calls: Record<string, (as: As) => Promise<unknown>> = {
    ec2: (as) => new EC2Client(as()).send(new DescribeRegionsCommand({})),
    rds: (as) => new RDSClient(as()).send(new DescribeDBInstancesCommand({})),
    s3: (as) => new S3Client(as()).send(new ListBucketsCommand({})),
    ssm: (as) => new SSMClient(as()).send(new GetParameterCommand({ Name: "/none" })),
    sts: (as) => new STSClient(as()).send(new GetCallerIdentityCommand({})),
    lambda: (as) => new LambdaClient(as()).send(new InvokeCommand({ FunctionName: "none" })),
  };
  const table: [Effect, Record<string, string>][] = [
    [
      { kind: "throttled" },
      {
        ec2: "RequestLimitExceeded",
        rds: "Throttling",
        s3: "SlowDown",
        ssm: "ThrottlingException",
        lambda: "TooManyRequestsException",
      },
    ],
    [{ kind: "unavailable" }, { rds: "InternalFailure", s3: "InternalError" }],
    [{ kind: "unavailable", status: 503 }, { rds: "ServiceUnavailable" }],
    [{ kind: "reset" }, { rds: "ECONNRESET" }],
    [{ kind: "denied" }, { rds: "AccessDenied", ssm: "AccessDeniedException", ec2: "UnauthorizedOperation" }],
    [{ kind: "closed" }, { rds: "InvalidClientTokenId", ec2: "AuthFailure", ssm: "UnrecognizedClientException" }],
    [{ kind: "expired" }, { sts: "ExpiredToken", ssm: "ExpiredTokenException" }],
  ];
  for (const [effect, codes] of table)
    for (const [service, code] of Object.entries(codes))
      it(`${effect.kind} is ${code} of ${service}`, async () => {
        const { sandbox, as } = sandboxForTest();
        sandbox.state.faults.script = [{ effect, service, times: 1 }];
        expect(await nameOf(calls[service]!(as))).to.equal(code);
        expect(await nameOf(calls[service]!(as))).not.to.equal(code);
      });

  it("an answer that never comes is given up after the client's time-out, and latency is waited for", async () => {
    const { sandbox, as } = sandboxForTest();
    const waited: number[] = [];
    const requestHandler = inProcess(sandbox, {
      wait: async (ms) => void waited.push(ms),
      requestTimeout: 10_000,
    });
    const rds = new RDSClient({ ...as("111111111111"), requestHandler });
    sandbox.state.faults.script = [{ effect: { kind: "silent" }, service: "rds", region: "eu-central-1" }];
    expect(await nameOf(rds.send(new DescribeDBInstancesCommand({})))).to.equal("ETIMEDOUT");
    sandbox.state.faults.script = [{ effect: { kind: "latency", ms: 250 } }];
    expect(await nameOf(rds.send(new DescribeDBInstancesCommand({})))).to.equal("answered");
    expect(waited).to.deep.equal([10_000, 250]);
  });

  it("a caller who gives up does not wait for the answer", async () => {
    const { sandbox, as } = sandboxForTest();
    sandbox.state.faults.script = [{ effect: { kind: "silent" } }];
    const giveUp = new AbortController();
    const sending = new RDSClient(as()).send(new DescribeDBInstancesCommand({}), { abortSignal: giveUp.signal });
    setImmediate(() => giveUp.abort());
    expect(await nameOf(sending)).to.match(/ABORT/i);
  });

  it("a fault of an account leaves the others alone", async () => {
    const { sandbox } = sandboxForTest();
    const { faults } = sandbox.state;
    faults.script = [{ effect: { kind: "denied" }, account: "111111111111" }];
    const on = (account: string) =>
      effectsOn(faults, { service: "sts", operation: "AssumeRole", account, region: "eu-central-1" });
    expect(on("111111111111")).to.have.length(1);
    expect(on("222222222222")).to.be.empty;
  });

  it("a share is the same for the same seed, in any order of the calls", () => {
    const draw = (order: number[]) => {
      const faults: Faults = { seed: 7, script: [{ effect: { kind: "throttled" }, share: 0.5 }], counts: new Map() };
      const hit = new Map<string, number>();
      for (const account of order) {
        const key = `${account} ${[...hit.keys()].filter((each) => each.startsWith(`${account} `)).length}`;
        hit.set(key, effectsOn(faults, { service: "rds", operation: "A", account: `${account}`, region: "r" }).length);
      }
      return Object.fromEntries([...hit].sort());
    };
    const order = Array.from({ length: 200 }, (_none, index) => index % 10);
    const straight = draw(order);
    expect(draw([...order].reverse())).to.deep.equal(straight);
    const hits = Object.values(straight).reduce((sum, each) => sum + each, 0);
    expect(hits).to.be.within(60, 140);
  });
});
