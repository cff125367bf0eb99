import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFrontClient, ListTrustStoresCommand } from "@aws-sdk/client-cloudfront";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";

describe("the sandbox over HTTP", () => {
  let running: RunningSandbox;
  before(async () => {
    running = await startSandbox({ folder: mkdtempSync(join(tmpdir(), "sandbox-http-")), port: 0 });
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
});
