import { expect } from "chai";
import { typeStatus } from "../../src/evidence/outcome.ts";
import { cluster, error, read, services } from "./ecs.ts";

const notResolved = Object.assign(new Error("getaddrinfo ENOTFOUND"), { name: "Error", code: "ENOTFOUND" });
const codes = [
  ["AuthFailure", 401],
  ["InvalidClientTokenId", 403],
  ["UnrecognizedClientException", 403],
  ["ExpiredTokenException", 403],
  ["OptInRequired", 403],
  ["SubscriptionRequiredException", 403],
] as const;

describe("a region that is known to be open", () => {
  for (const [code, status] of codes)
    it(`is not closed by ${code}: the type is failed, and not empty`, async () => {
      const refused = { ListClusters: () => error(code, "no", status) };
      const { outcome } = await read([cluster(), services], refused, { regionIsOpen: true });
      expect(outcome.status).to.equal("failed");
      expect(outcome.counts).to.deep.equal({});
      expect(outcome.errors.map(({ status, code }) => [status, code])).to.deep.equal([
        ["failed", code],
        ["failed", code],
      ]);
      for (const type of ["AWS::ECS::Cluster", "AWS::ECS::Service"])
        expect(typeStatus(outcome, type)).to.equal("failed");
    });

  it("is not closed by a name that does not resolve", async () => {
    const { outcome } = await read([cluster()], { ListClusters: () => notResolved }, { regionIsOpen: true });
    expect(outcome).to.deep.include({ status: "failed", counts: {} });
  });

  it("is `global`, whatever is known of regions", async () => {
    const global = cluster({ scope: "global" });
    for (const thrown of [error("InvalidClientTokenId", "no", 403), notResolved]) {
      const { outcome } = await read([global], { ListClusters: () => thrown }, {}, "global");
      expect(outcome.status).to.equal("failed");
    }
  });

  it("has a service that is off where the declaration knows its words", async () => {
    const off = { ListClusters: () => error("ClientException", "ECS is off") };
    const { outcome } = await read([cluster({ notEnabled: [/ECS is off/] })], off, { regionIsOpen: true });
    expect(outcome.status).to.equal("not-enabled");
  });
});

describe("a session that AWS refuses", () => {
  const session = (sessions: { refused: string }) => ({
    credentials: Object.assign(async () => ({ accessKeyId: "A", secretAccessKey: "s" }), { memoized: true as const }),
    number: () => (sessions.refused ? 0 : 1),
    replace: async () => {
      sessions.refused = "";
    },
  });

  for (const code of ["AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException", "ExpiredToken"])
    it(`is replaced once, and the call made again (${code})`, async () => {
      const sessions = { refused: code };
      const answers = {
        ListClusters: () => (sessions.refused ? error(code, "no", 403) : { clusterArns: ["a"] }),
      };
      const { calls, outcome } = await read([cluster()], answers, { regionIsOpen: true, session: session(sessions) });
      expect(calls).to.have.length(2);
      expect(outcome).to.deep.include({ status: "collected", errors: [] });
    });

  it("is not replaced where the new one is refused too, or where AWS denies", async () => {
    for (const [code, times] of [
      ["InvalidClientTokenId", 2],
      ["AccessDeniedException", 1],
    ] as const) {
      const refused = { ListClusters: () => error(code, "no", 403) };
      const more = { regionIsOpen: true, session: session({ refused: code }) };
      const { calls } = await read([cluster()], refused, more);
      expect(calls).to.have.length(times);
    }
  });
});
