import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFrontClient, ListTrustStoresCommand } from "@aws-sdk/client-cloudfront";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { handedIn } from "../../estate/handedIn.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { homesOf } from "../../sandbox/estate/regions.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";

const MEMBER = "111111111111";

describe("the sandbox over HTTP", () => {
  let running: RunningSandbox;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sandbox-http-"));
    running = await startSandbox({ ...handedIn, folder, port: 0 });
  });
  after(() => running.stop());

  const client = (accessKeyId: string) => ({
    endpoint: running.endpoint,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: "any" },
  });
  const whoAmI = async () =>
    (await new STSClient(client(AUDIT_ACCOUNT)).send(new GetCallerIdentityCommand({}))).Account;

  it("goes on when a client is gone in the middle of its request", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    const { port } = new URL(running.endpoint);
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "connect");
    socket.write("PUT /bucket/key HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n");
    // The server waits for the body by now.
    await once(socket, "data");
    socket.destroy();
    await once(socket, "close");
    expect(await whoAmI()).to.equal(AUDIT_ACCOUNT);
    process.off("unhandledRejection", note);
    expect(unhandled).to.be.empty;
  });

  it("cuts the connection where a fault says so, and answers the next call", async () => {
    running.sandbox.state.faults.script = [{ effect: { kind: "reset" }, times: 1 }];
    const error = await whoAmI().then(
      () => undefined,
      (thrown: Error & { code?: string }) => thrown.code,
    );
    expect(error).to.equal("ECONNRESET");
    expect(await whoAmI()).to.equal(AUDIT_ACCOUNT);
  });

  it("answers listings that are asked for by POST", async () => {
    const { TrustStoreList } = await new CloudFrontClient(client("111111111111")).send(new ListTrustStoresCommand({}));
    expect(TrustStoreList).to.be.an("array");
  });

  for (const [option, wanted, made] of [
    ["accounts", 5, 3],
    ["seed", 2, 1],
    ["size", 10, 1],
  ] as const)
    it(`refuses another --${option} than its estate was made with`, async () => {
      running.save();
      const error = await startSandbox({ ...handedIn, folder, port: 0, [option]: wanted }).then(
        () => undefined,
        (thrown: Error) => thrown.message,
      );
      expect(error).to.match(
        new RegExp(`^--${option} ${wanted}: the estate in .* was made with ${made}; start afresh`),
      );
    });

  it("has the databases that the size of its estate says", async () => {
    const region = homesOf(1, MEMBER)[0]!;
    const large = await startSandbox({
      ...handedIn,
      folder: mkdtempSync(join(tmpdir(), "sandbox-size-")),
      port: 0,
      size: 3,
    });
    const listed = async ({ endpoint }: RunningSandbox) =>
      (await new RDSClient({ ...client(MEMBER), endpoint, region }).send(new DescribeDBInstancesCommand({})))
        .DBInstances!.length;
    // A cluster's writer and reader are there once.
    const [one, three] = [await listed(running), await listed(large)].map((count) => count - 2);
    await large.stop();
    expect(three).to.equal(3 * one!);
  });
});
