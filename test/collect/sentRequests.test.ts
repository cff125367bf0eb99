import { S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { type ClientClass, type Read, readsOf } from "../../src/auditors/collector.ts";
import { inputOf } from "../../src/auditors/paging.ts";
import { loadServices } from "../../src/auditors/registry.ts";
import { members } from "../../src/auditors/schema.ts";
import { withCachedConfig } from "../../src/collect/cachedConfig.ts";

interface Steps {
  add(
    step: (next: (args: unknown) => Promise<unknown>) => (args: unknown) => Promise<unknown>,
    at: { name?: string; step: string; priority?: string },
  ): void;
}

interface Asked {
  method: string;
  hostname: string;
  path: string;
  query: unknown;
  headers: Record<string, string>;
  body: unknown;
}

/** What a header says of one call, or of the SDK's version. */
const OF_THE_CALL = new Set(["amz-sdk-invocation-id", "authorization", "x-amz-date", "x-amz-user-agent", "user-agent"]);
/** Where a call is signed for, and which headers are: the signature itself depends on the second. */
const signedFor = (authorization: string) =>
  authorization
    .replace(/\/\d{8}\//, "/")
    .replace(";x-amz-user-agent", "")
    .replace(/, Signature=.*/, "");

/** What a client sends for a read, or why it sends nothing. */
async function sent(client: InstanceType<ClientClass>, asked: Asked[], { command, schema }: Read): Promise<unknown> {
  asked.splice(0);
  const input: Record<string, string | string[]> = {};
  for (const [name, member] of Object.entries(members(inputOf(schema)))) {
    if (member.isStringSchema()) input[name] = "111111111111";
    if (member.isListSchema() && member.getValueSchema().isStringSchema()) input[name] = ["first", "second"];
  }
  const error: Error = await client.send(new command(input)).then(
    () => expect.fail("nothing answers"),
    (error) => error,
  );
  if (error.name !== "Enough") return error.message;
  return asked.map(({ method, hostname, path, query, headers, body }) => ({
    ...{
      method,
      hostname,
      path,
      query,
      body: body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString() : body,
    },
    signed: signedFor(headers.authorization!),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CALL.has(name))),
  }));
}

function clientOf(Client: ClientClass): { client: InstanceType<ClientClass>; asked: Asked[] } {
  const asked: Asked[] = [];
  const client = new Client({
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    requestHandler: {
      handle: async (request: Asked) => {
        asked.push(request);
        throw Object.assign(new Error("enough"), { name: "Enough" });
      },
    },
  });
  return { client, asked };
}

describe("middleware whose order is cached", () => {
  it("sends for each operation of each service what the SDK's own client sends", async function () {
    this.timeout(120_000);
    let compared = 0;
    for (const service of await loadServices()) {
      const clients = new Map<ClientClass, { plain: ReturnType<typeof clientOf>; own: ReturnType<typeof clientOf> }>();
      const reads = new Map(service.collectors.flatMap(readsOf).map((read) => [read.command, read]));
      for (const read of reads.values()) {
        const Client = read.client ?? service.client;
        const pair = clients.get(Client) ?? { plain: clientOf(Client), own: clientOf(Client) };
        if (!clients.has(Client)) withCachedConfig(pair.own.client);
        clients.set(Client, pair);
        const [plain, own] = [pair.plain, pair.own].map(({ client, asked }) => sent(client, asked, read));
        expect(await own, `${service.name} ${read.operation}`).to.deep.equal(await plain);
        compared += 1;
      }
    }
    expect(compared).to.be.greaterThan(900);
  });

  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const answering = (seen: string[]) => ({
    handle: async () => {
      seen.push("sent");
      return { response: { statusCode: 200, headers: {}, body: new TextEncoder().encode("<a/>") } };
    },
  });

  it("includes what a command brings of its own, in the order of the SDK", async () => {
    const seen: string[] = [];
    const client = new STSClient({ region: "eu-west-1", credentials, requestHandler: answering(seen) as never });
    withCachedConfig(client);
    for (const which of ["first", "second"]) {
      const command = new GetCallerIdentityCommand({});
      for (const step of ["deserialize", "initialize", "build"] as const)
        (command.middlewareStack as Steps).add(
          (next) => (args) => {
            seen.push(`${which} ${step}`);
            return next(args);
          },
          { name: `told-${step}`, step, priority: "low" },
        );
      await client.send(command);
    }
    expect(seen).to.deep.equal([
      ...["first initialize", "first build", "first deserialize", "sent"],
      ...["second initialize", "second build", "second deserialize", "sent"],
    ]);
  });

  it("is left to the SDK where some has no name", async () => {
    const seen: string[] = [];
    const client = new STSClient({ region: "eu-west-1", credentials, requestHandler: answering(seen) as never });
    withCachedConfig(client);
    const command = new GetCallerIdentityCommand({});
    for (const step of ["build", "initialize"] as const)
      (command.middlewareStack as Steps).add(
        (next) => (args) => {
          seen.push(step);
          return next(args);
        },
        { step },
      );
    await client.send(command);
    expect(seen).to.deep.equal(["initialize", "build", "sent"]);
  });

  it("leaves the endpoint to the input where the input says which it is", async () => {
    const { client, asked } = clientOf(S3Client as ClientClass);
    withCachedConfig(client);
    const { GetBucketAclCommand } = await import("@aws-sdk/client-s3");
    for (const Bucket of ["one-bucket", "another-bucket"])
      await client.send(new GetBucketAclCommand({ Bucket })).catch(() => undefined);
    expect(asked.map(({ hostname }) => hostname)).to.deep.equal([
      "one-bucket.s3.eu-west-1.amazonaws.com",
      "another-bucket.s3.eu-west-1.amazonaws.com",
    ]);
  });
});
