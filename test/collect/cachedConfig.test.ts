import { createHash, createHmac } from "node:crypto";
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetBucketAclCommand, S3Client } from "@aws-sdk/client-s3";
import { GetPublicAccessBlockCommand, S3ControlClient } from "@aws-sdk/client-s3-control";
import { expect } from "chai";
import fc from "fast-check";
import type { ClientClass, CommandClass } from "../../src/auditors/collector.ts";
import { type LookedUp, withCachedConfig } from "../../src/collect/cachedConfig.ts";
import { Sha256 } from "../../src/collect/sha256.ts";
import { restoreEnvironment } from "../environment.ts";

interface Asked {
  method: string;
  hostname: string;
  path: string;
  headers: Record<string, string>;
}

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "session" };

/** What a client asks AWS for two commands, one after the other. */
async function asked(
  Client: ClientClass,
  Command: CommandClass,
  input: unknown,
  lookedUp?: LookedUp,
  region = "eu-west-1",
): Promise<Asked[]> {
  const requests: Asked[] = [];
  const client = new Client({
    region,
    credentials,
    ...(lookedUp ? { sha256: Sha256 } : {}),
    requestHandler: {
      handle: async (request: Asked) => {
        requests.push(request);
        throw Object.assign(new Error("enough"), { name: "Enough" });
      },
    },
  });
  if (lookedUp) withCachedConfig(client, lookedUp);
  for (const _ of [1, 2])
    await client.send(new Command(input)).catch((error: Error) => expect(error.name).to.equal("Enough"));
  return requests;
}

const CLIENTS: [string, ClientClass, CommandClass, unknown][] = [
  ["EC2", EC2Client as ClientClass, DescribeInstancesCommand, {}],
  ["S3", S3Client as ClientClass, GetBucketAclCommand, { Bucket: "bucket" }],
  ["S3 Control", S3ControlClient as ClientClass, GetPublicAccessBlockCommand, { AccountId: "111111111111" }],
];
/** What a header of the SDK's says of one call, and what only it sends. */
const ofTheCall = new Set(["amz-sdk-invocation-id", "authorization", "x-amz-date", "x-amz-user-agent", "user-agent"]);

describe("a client with a cached configuration", () => {
  const environment = { ...process.env };
  before(() => {
    process.env.AWS_SDK_UA_APP_ID = "audit of/today";
  });
  after(() => restoreEnvironment(environment));

  for (const [service, Client, Command, input] of CLIENTS) {
    it(`asks ${service} as the SDK's own client does`, async () => {
      const [plain, own] = [await asked(Client, Command, input), await asked(Client, Command, input, new Map())];
      expect(own).to.have.length(2);
      for (const [index, request] of own.entries()) {
        const its = ({ method, hostname, path, headers }: Asked) => ({
          method,
          hostname,
          path,
          headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheCall.has(name))),
        });
        expect(its(request)).to.deep.equal(its(plain[index]!));
        // The SDK adds by which of its features a call was made.
        expect(request.headers["user-agent"]).to.equal(plain[index]!.headers["user-agent"]!.replace(/ m\/\S+/, ""));
        expect(request.headers.authorization).to.match(
          /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/\w+\/aws4_request, SignedHeaders=\S*host\S*, Signature=[0-9a-f]{64}$/,
        );
      }
    });
  }

  describe("and its like", () => {
    const found = { ...process.env };
    afterEach(() => restoreEnvironment(found));
    const reached = async (lookedUp: LookedUp, region: string) =>
      Promise.all(
        CLIENTS.map(async ([, Client, Command, input]) => {
          const [request] = await asked(Client, Command, input, lookedUp, region);
          return `${request!.hostname} ${/app\/\S+/.exec(request!.headers["user-agent"]!)}`;
        }),
      );

    it("looks up once what the environment says to all of them, and once for each service what it says of one", async () => {
      process.env.AWS_SDK_UA_APP_ID = "first";
      process.env.AWS_ENDPOINT_URL_S3 = "https://evidence.example";
      const lookedUp: LookedUp = new Map();
      expect(await reached(lookedUp, "eu-west-1")).to.deep.equal([
        "ec2.eu-west-1.amazonaws.com app/first",
        "bucket.evidence.example app/first",
        "111111111111.s3-control.eu-west-1.amazonaws.com app/first",
      ]);
      restoreEnvironment(found);
      expect(await reached(lookedUp, "us-west-2")).to.deep.equal([
        "ec2.us-west-2.amazonaws.com app/first",
        "bucket.evidence.example app/first",
        "111111111111.s3-control.us-west-2.amazonaws.com app/first",
      ]);
    });
  });

  it("signs with the credentials of the moment", async () => {
    let taken = 0;
    const used: string[] = [];
    const client = withCachedConfig(
      new EC2Client({
        region: "eu-west-1",
        // Each is as good as over, so that the next call asks for another.
        credentials: async () => ({
          ...credentials,
          accessKeyId: `AKID${taken++}`,
          expiration: new Date(Date.now() + 60_000),
        }),
        requestHandler: {
          handle: async ({ headers }: Asked) => {
            used.push(/Credential=(\w+)/.exec(headers.authorization!)![1]!);
            throw Object.assign(new Error("enough"), { name: "Enough" });
          },
        } as never,
      }),
      new Map(),
    );
    for (const _ of [1, 2]) await client.send(new DescribeInstancesCommand({})).catch(() => undefined);
    expect(used).to.have.length(2);
    expect(used[0]).not.to.equal(used[1]);
  });
});

describe("SHA-256 for signing", () => {
  it("is Node's, with and without a key, in whatever pieces", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array()),
        fc.option(fc.oneof(fc.string({ minLength: 1 }), fc.uint8Array({ minLength: 1 })), { nil: undefined }),
        async (pieces, key) => {
          const own = new Sha256(key);
          for (const piece of pieces) own.update(piece);
          const whole = Buffer.concat(pieces);
          const expected = key === undefined ? createHash("sha256") : createHmac("sha256", key);
          expect(Buffer.from(await own.digest()).toString("hex")).to.equal(expected.update(whole).digest("hex"));
          own.reset();
          own.update(whole);
          expect(Buffer.from(await own.digest())).to.deep.equal(
            (key === undefined ? createHash("sha256") : createHmac("sha256", key)).update(whole).digest(),
          );
        },
      ),
    );
  });
});
