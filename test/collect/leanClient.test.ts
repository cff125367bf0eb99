import { createHash, createHmac } from "node:crypto";
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetBucketAclCommand, S3Client } from "@aws-sdk/client-s3";
import { GetPublicAccessBlockCommand, S3ControlClient } from "@aws-sdk/client-s3-control";
import { expect } from "chai";
import fc from "fast-check";
import type { ClientClass, CommandClass } from "../../auditors/collector.ts";
import { lean } from "../../collect/leanClient.ts";
import { Sha256 } from "../../collect/sha256.ts";

interface Asked {
  method: string;
  hostname: string;
  path: string;
  headers: Record<string, string>;
}

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "session" };

/** What a client asks AWS for two commands, one after the other. */
async function asked(Client: ClientClass, Command: CommandClass, input: unknown, prepared: boolean): Promise<Asked[]> {
  const requests: Asked[] = [];
  const client = new Client({
    region: "eu-west-1",
    credentials,
    userAgentAppId: "audit of/today",
    ...(prepared ? { sha256: Sha256 } : {}),
    requestHandler: {
      handle: async (request: Asked) => {
        requests.push(request);
        throw Object.assign(new Error("enough"), { name: "Enough" });
      },
    },
  });
  if (prepared) lean(client);
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

describe("a lean client", () => {
  for (const [service, Client, Command, input] of CLIENTS) {
    it(`asks ${service} as the SDK's own client does`, async () => {
      const [plain, own] = [await asked(Client, Command, input, false), await asked(Client, Command, input, true)];
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

  it("signs with the credentials of the moment", async () => {
    let taken = 0;
    const used: string[] = [];
    const client = lean(
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
