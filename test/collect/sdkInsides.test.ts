import { readFileSync } from "node:fs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { RDSClient } from "@aws-sdk/client-rds";
import { GetBucketAclCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { ClientClass, SdkClient } from "../../src/auditors/collector.ts";

/** One of each protocol, and S3, whose endpoint hangs on the input. */
const CLIENTS = [EC2Client, KMSClient, LambdaClient, RDSClient, S3Client] as unknown as ClientClass[];

/** Middleware that src/collect/cachedConfig.ts takes out, puts in again or goes by. */
const MIDDLEWARE: [name: string, step: string][] = [
  ["loggerMiddleware", "initialize"],
  ["recursionDetectionMiddleware", "build"],
  ["getUserAgentMiddleware", "build"],
];
/** Functions of the configuration that it asks once. */
const FUNCTIONS = [
  ...["authSchemePreference", "useDualstackEndpoint", "useFipsEndpoint", "userAgentAppId"],
  ...["serviceConfiguredEndpoint", "defaultUserAgentProvider", "signer"],
];
/** Members of the configuration that it hands to the protocol. */
const OF_PROTOCOL = [
  ...["protocol", "base64Decoder", "base64Encoder", "utf8Decoder", "utf8Encoder", "streamCollector"],
  ...["disableHostPrefix", "urlParser", "requestHandler"],
];
const STACK = ["add", "addRelativeTo", "applyToStack", "concat", "identify", "remove", "resolve", "use"];

describe("the SDK's insides that cached configurations lean on", () => {
  const client = (Client: ClientClass): SdkClient & Record<string, unknown> =>
    new Client({ region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } }) as never;

  for (const Client of CLIENTS) {
    it(`are as they were: ${Client.name}`, () => {
      const { config, middlewareStack } = client(Client);
      const stack = middlewareStack as unknown as Record<string, unknown> & { identify(): string[] };
      for (const method of STACK) expect(stack[method], `middlewareStack.${method}`).to.be.a("function");
      const identified = stack.identify();
      for (const [name, step] of MIDDLEWARE)
        expect(
          identified.filter((line) => line.startsWith(`${name} `) && line.includes(step)),
          name,
        ).to.have.length(1);
      for (const name of FUNCTIONS) expect(config[name], `config.${name}`).to.be.a("function");
      for (const name of OF_PROTOCOL) expect(config, "config").to.have.property(name);
      expect((config.protocol as Record<string, unknown>).setSerdeContext, "protocol").to.be.a("function");
    });
  }

  it("are as they were in a call: the endpoint's middleware, its place in the context, and what decides about it", async () => {
    const s3 = client(S3Client as unknown as ClientClass);
    let order: string[] = [];
    let context: Record<string, unknown> = {};
    const { middlewareStack } = s3 as unknown as {
      middlewareStack: { concat(added: unknown): { identify(): string[] }; add(...args: unknown[]): void };
    };
    const { concat } = middlewareStack;
    middlewareStack.concat = (added) => {
      const whole = concat(added);
      order = whole.identify().map((line) => line.split(" ", 1)[0]!);
      return whole;
    };
    middlewareStack.add(
      (_next: unknown, of: Record<string, unknown>) => async () => {
        context = of;
        throw new Error("enough");
      },
      { step: "finalizeRequest", priority: "low", name: "last" },
    );
    await s3.send(new GetBucketAclCommand({ Bucket: "bucket" })).catch(() => undefined);
    expect(order).to.include("endpointV2Middleware").and.to.include("serializerMiddleware");
    expect(new Set(order).size, "each name once").to.equal(order.length);
    expect(context).to.have.property("endpointV2");
    const { commandInstance } = context.__smithy_context as { commandInstance: object };
    const { getEndpointParameterInstructions } = commandInstance.constructor as unknown as typeof GetBucketAclCommand;
    const types = Object.values(getEndpointParameterInstructions()).map(({ type }) => type);
    expect(new Set(types)).to.deep.equal(
      new Set(["builtInParams", "clientContextParams", "contextParams", "staticContextParams"]),
    );
  });

  it("are of exact versions, and those are installed", () => {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
      dependencies: Record<string, string>;
    };
    const ofSdk = Object.entries(dependencies).filter(([name]) => /^@(aws-sdk|smithy)\//.test(name));
    expect(ofSdk.length).to.be.greaterThan(100);
    for (const [name, version] of ofSdk) {
      expect(version, name).to.match(/^\d+\.\d+\.\d+$/);
      expect(JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version, name).to.equal(version);
    }
  });
});
