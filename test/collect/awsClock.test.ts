import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ECSClient, ListClustersCommand } from "@aws-sdk/client-ecs";
import { ConfiguredRetryStrategy } from "@smithy/core/retry";
import { expect } from "chai";
import { awsClock, clockNote, withAwsTime } from "../../src/collect/awsClock.ts";
import { withCachedConfig } from "../../src/collect/cachedConfig.ts";
import { clockFinding } from "../../src/doctor/clockFinding.ts";

const MINUTE = 60_000;

/** An AWS whose clock is ahead by so many minutes, and that refuses signatures of another time, or all calls. */
async function aws(ahead: number, refusing?: string, age = false) {
  const calls: number[] = [];
  const server = createServer((request, response) => {
    const [, at = ""] = /(\d{8}T\d{6}Z)/.exec(String(request.headers["x-amz-date"])) ?? [];
    const signed = Date.parse(at.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z"));
    const theirs = Date.now() + ahead * MINUTE;
    calls.push(Math.round((signed - theirs) / MINUTE));
    const old = Math.abs(signed - theirs) > 5 * MINUTE;
    const code = old && !age ? "InvalidSignatureException" : refusing;
    response.writeHead(code ? 400 : 200, {
      "content-type": "application/x-amz-json-1.1",
      date: new Date(theirs).toUTCString(),
      ...(age ? { age: "1200" } : {}),
    });
    response.end(JSON.stringify(code ? { __type: code, message: "no" } : { clusterArns: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const clock = awsClock();
  const clientOf = () =>
    withCachedConfig(
      withAwsTime(
        new ECSClient({
          region: "us-east-1",
          endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          credentials: { accessKeyId: "A", secretAccessKey: "s" },
          retryStrategy: new ConfiguredRetryStrategy(4, () => 0),
        }) as never,
        clock,
      ),
    ) as unknown as ECSClient;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { calls, clock, clientOf, close };
}

const outcomeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => "answered",
    ({ name }: Error) => name,
  );

describe("a clock that differs from AWS's", () => {
  for (const ahead of [20, -20])
    it(`is corrected once, for all clients (${ahead} minutes)`, async () => {
      const { calls, clock, clientOf, close } = await aws(ahead);
      try {
        for (let n = 0; n < 3; n++)
          expect(await outcomeOf(clientOf().send(new ListClustersCommand({})))).to.equal("answered");
      } finally {
        close();
      }
      // `-0` where a part of a second is left over.
      expect(calls.map((each) => each || 0)).to.deep.equal([-ahead, 0, 0, 0]);
      expect(Math.abs(clock.offset() / MINUTE - ahead)).to.be.below(0.1);
      expect(clockNote(clock)?.message).to.include(ahead > 0 ? "20 minutes behind" : "20 minutes ahead of");
    });

  for (const code of ["AccessDeniedException", "ClusterNotFoundException", "InvalidSignatureException"])
    it(`does not have each refusal asked for again (${code})`, async () => {
      const { calls, clientOf, close } = await aws(20, code);
      const client = clientOf();
      try {
        await outcomeOf(client.send(new ListClustersCommand({})));
        const corrected = calls.length;
        expect(await outcomeOf(client.send(new ListClustersCommand({})))).to.equal(code);
        expect(calls.length).to.equal(corrected + 1);
      } finally {
        close();
      }
    });

  it("is not what a cache answers with", async () => {
    const { clock, clientOf, close } = await aws(20, undefined, true);
    try {
      await clientOf().send(new ListClustersCommand({}));
    } finally {
      close();
    }
    expect(clock.offset()).to.equal(0);
  });

  it("is not what a proxy puts on its page", () => {
    const clock = awsClock(0, () => 0);
    const date = new Date(60 * MINUTE).toUTCString();
    clock.observe({ Date: date, "Content-Type": "text/html; charset=utf-8" });
    expect(clock.offset()).to.equal(0);
    clock.observe({ Date: date, "Content-Type": "text/xml" });
    expect(clock.offset()).to.equal(60 * MINUTE);
  });

  it("is right within four minutes, and is right again once it is set", () => {
    let now = 0;
    const clock = awsClock(0, () => now);
    const at = (ms: number) => clock.observe({ Date: new Date(ms).toUTCString() });
    at(3 * MINUTE);
    expect(clockNote(clock)).to.equal(undefined);
    at(30 * MINUTE);
    expect(clock.offset()).to.equal(30 * MINUTE);
    now = 30 * MINUTE;
    at(30 * MINUTE);
    expect(clock.offset()).to.equal(0);
  });

  it("is told by the doctor", () => {
    expect(clockFinding("this machine", 20 * MINUTE)).to.include({
      verdict: "problem",
      message: "the clock of this machine is 20 minutes behind AWS's",
    });
    expect(clockFinding("this machine", -3 * MINUTE).verdict).to.equal("ok");
  });
});
