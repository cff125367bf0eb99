import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HttpRequest } from "@smithy/core/protocols";
import { expect } from "chai";
import { bounded, connections } from "../../src/collect/connections.ts";

const WAITS = { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true } as const;
const HERE = [{ address: "127.0.0.1", family: 4 }];

describe("connections of clients", () => {
  let server: Server;
  let opened = 0;

  beforeEach(async () => {
    opened = 0;
    server = createServer((_request, answer) => void answer.end("here"));
    server.on("connection", () => {
      opened += 1;
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const at = () => ({ port: (server.address() as AddressInfo).port, path: "/", method: "GET" });

  it("are shared by all that wait alike, and by no others", () => {
    expect(connections({ ...WAITS })).to.equal(connections({ ...WAITS }));
    expect(connections(WAITS)).not.to.equal(connections({ ...WAITS, requestTimeout: 30_000 }));
  });

  it("are used again by the next call", async () => {
    for (let calls = 0; calls < 5; calls++) {
      const call = new HttpRequest({ protocol: "http:", hostname: "127.0.0.1", ...at() });
      const { response } = await connections(WAITS).handle(call);
      for await (const _chunk of response.body);
    }
    expect(opened).to.equal(1);
  });

  it("are so many at most when idle, to however many endpoints", async () => {
    const agent = bounded(new Agent({ keepAlive: true }), 10);
    const ask = async (host: string) => {
      const asked = request({ ...at(), agent, host, lookup: (_name, _options, found) => found(null, HERE) });
      const [answer] = (await once(asked.end(), "response")) as [IncomingMessage];
      answer.resume();
      await once(answer, "close");
      // An agent takes the connection back after that.
      await new Promise((resolve) => setImmediate(resolve));
    };
    const hosts = Array.from({ length: 25 }, (_none, n) => `endpoint-${n}.test`);
    for (const host of hosts) await ask(host);
    const idle = Object.entries(agent.freeSockets).flatMap(([name, sockets]) =>
      sockets!.filter(({ destroyed }) => !destroyed).map(() => name.split(":")[0]),
    );
    expect(idle).to.have.members(hosts.slice(-10));
    await ask(hosts.at(-1)!);
    expect(opened).to.equal(hosts.length);
    agent.destroy();
  });
});
