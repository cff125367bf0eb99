import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";

const require = createRequire(import.meta.url);
const services = {
  ...require("@pulumi/pulumi/proto/resource_grpc_pb.js"),
  ...require("@pulumi/pulumi/proto/engine_grpc_pb.js"),
};
const resource = require("@pulumi/pulumi/proto/resource_pb.js");
const provider = require("@pulumi/pulumi/proto/provider_pb.js");
const engine = require("@pulumi/pulumi/proto/engine_pb.js");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");

// biome-ignore lint/suspicious/noExplicitAny: the SDK ships its service definitions without usable types
type Rpc = any;

/** Runs the program under Pulumi's own Node.js host, against a monitor that says yes to every resource. */
async function run(config: Record<string, string>) {
  const types: string[] = [];
  const messages: string[] = [];
  const server = new grpc.Server();
  const answer = (make: (request: Rpc) => Rpc) => (call: Rpc, done: Rpc) => done(null, make(call.request));
  const nothing = answer(() => new Empty());
  server.addService(services.ResourceMonitorService, {
    supportsFeature: answer(() => new resource.SupportsFeatureResponse()),
    registerResource: answer((request) => {
      types.push(request.getType());
      const made = new resource.RegisterResourceResponse();
      made.setUrn(`urn:pulumi:test::audit-ecosystem::${request.getType()}::${request.getName()}`);
      made.setId(request.getName());
      made.setObject(
        Struct.fromJavaScript({ ...request.getObject()?.toJavaScript(), arn: `arn:aws:x:::${request.getName()}` }),
      );
      return made;
    }),
    registerResourceOutputs: nothing,
    invoke: answer(() => {
      const response = new provider.InvokeResponse();
      response.setReturn(Struct.fromJavaScript({ partition: "aws", accountId: "999999999999" }));
      return response;
    }),
    signalAndWaitForShutdown: nothing,
  } as Rpc);
  server.addService(services.EngineService, {
    log: answer((request) => {
      messages.push(request.getMessage());
      return new Empty();
    }),
    getRootResource: answer(() => new engine.GetRootResourceResponse()),
    setRootResource: answer(() => new engine.SetRootResourceResponse()),
  } as Rpc);
  const port = await promisify(server.bindAsync.bind(server))("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
  const address = `127.0.0.1:${port}`;
  const keys = Object.fromEntries(Object.entries(config).map(([key, value]) => [`audit-ecosystem:${key}`, value]));
  const host = require.resolve("@pulumi/pulumi/cmd/run");
  const flags = [`--monitor=${address}`, `--engine=${address}`, "--project=audit-ecosystem", "--stack=test"];
  try {
    await promisify(execFile)(process.execPath, ["--import=tsx", host, ...flags, `--pwd=${process.cwd()}`, "."], {
      env: { ...process.env, PULUMI_CONFIG: JSON.stringify(keys), PULUMI_NODEJS_TYPESCRIPT: "false" },
      // A host whose monitor is gone would ask for it for ever.
      timeout: 110_000,
      killSignal: "SIGKILL",
    });
    return { types, messages, failed: false };
  } catch (error) {
    messages.push(String((error as { stderr?: string }).stderr));
    return { types, messages, failed: true };
  } finally {
    server.forceShutdown();
  }
}

describe("the program under Pulumi's own language host", function () {
  this.timeout(120_000);

  it("makes the audit account's stack", async () => {
    const { types, failed, messages } = await run({
      kind: "audit",
      accounts: '["111111111111",222222222222]',
      auditors: "rds,iam,s3",
    });
    expect(failed, messages.join("\n")).to.equal(false);
    expect(types).to.include.members(["audit-ecosystem:index:AuditAccount", "aws:s3/bucketPolicy:BucketPolicy"]);
    // Boss, sealer, recorder, tabulator, watchdog, doctor, and the three auditors.
    expect(types.filter((type) => type === "aws:lambda/function:Function")).to.have.length(9);
  });

  it("makes a member account's stack", async () => {
    const { types, failed, messages } = await run({
      kind: "member",
      auditAccountId: "999999999999",
      externalId: "an-external-id",
    });
    expect(failed, messages.join("\n")).to.equal(false);
    expect(types).to.include.members(["audit-ecosystem:index:MemberAccount", "aws:iam/role:Role"]);
  });

  it("stops at a wrong value with its one line, and makes nothing", async () => {
    const { types, failed, messages } = await run({ kind: "audit", accounts: "11111111111" });
    expect(failed).to.equal(true);
    expect(messages.join("\n")).to.match(/accounts: "11111111111" — an AWS account id has 12 digits/);
    expect(messages.join("\n")).not.to.match(/ at .*config\.ts/);
    expect(types.filter((type) => type.startsWith("aws:"))).to.be.empty;
  });
});
