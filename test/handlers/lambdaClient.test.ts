import { createServer } from "node:http";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { lambdaClient } from "../../src/runtime/clients.ts";

/** What Lambda puts into a function's environment for the event at hand. */
const TRACE =
  "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:1|68fd508a:5";
const OF_LAMBDA = { AWS_LAMBDA_FUNCTION_NAME: "audit-get-meta-iam", _X_AMZN_TRACE_ID: TRACE };

describe("the client of Lambda", () => {
  const before_ = { ...process.env };
  afterEach(() => {
    for (const name of Object.keys(OF_LAMBDA)) delete process.env[name];
    Object.assign(process.env, before_);
  });

  it("hands on by whom it was called: Lambda stops a function that calls itself without an end by that alone", async () => {
    const headers: Record<string, unknown>[] = [];
    const server = createServer((request, response) => {
      headers.push(request.headers);
      response.writeHead(202).end();
    });
    await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
    const { port } = server.address() as { port: number };
    Object.assign(process.env, OF_LAMBDA);
    try {
      const client = lambdaClient({
        env: () => process.env,
        client: () => ({
          endpoint: `http://127.0.0.1:${port}`,
          region: "eu-central-1",
          credentials: { accessKeyId: "a", secretAccessKey: "b" },
        }),
      } as never);
      await client.send(new InvokeCommand({ FunctionName: "audit-get-meta-iam", InvocationType: "Event" }));
    } finally {
      server.closeAllConnections();
      server.close();
    }
    expect(headers[0]).to.include({ "x-amzn-trace-id": TRACE });
  });
});
