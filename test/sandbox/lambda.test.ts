import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { zipSync } from "fflate";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";

use(chaiAsPromised);

const options = (folder: string) => ({ folder, port: 0, accounts: 1, seed: 1, latency: 0 });
const clientOf = (endpoint: string) => ({
  endpoint,
  region: "eu-central-1",
  maxAttempts: 1,
  credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "any" },
});
const Role = `arn:aws:iam::${AUDIT_ACCOUNT}:role/runs`;

describe("the sandbox's Lambda", () => {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-lambda-"));
  let running: RunningSandbox;
  let lambda: LambdaClient;

  before(async () => {
    running = await startSandbox(options(folder));
    lambda = new LambdaClient(clientOf(running.endpoint));
    const iam = new IAMClient(clientOf(running.endpoint));
    const policy = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: policy([]) }));
    const PolicyDocument = policy({ Sid: "Tell", Effect: "Allow", Action: "lambda:InvokeFunction", Resource: "*" });
    await iam.send(new PutRolePolicyCommand({ RoleName: "runs", PolicyName: "tell", PolicyDocument }));
  });
  after(() => running.stop());

  /** Makes a function of a handler's body; `event` is in scope. */
  const make = async (FunctionName: string, body: string, settings: object = {}) => {
    const source = `import { appendFileSync } from "node:fs"; export const handler = async (event, context) => { ${body} };`;
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Role,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Timeout: 10,
        Code: { ZipFile: zipSync({ "index.mjs": Buffer.from(source) }) },
        ...settings,
      }),
    );
  };
  const invoke = async (FunctionName: string, event: unknown = {}) => {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
    );
    return { error: FunctionError, answer: JSON.parse(Payload?.transformToString() ?? "null") };
  };
  const queue = (FunctionName: string, event: unknown) =>
    lambda.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: JSON.stringify(event) }));
  /** Functions write what they were given to a file: the only thing that a test and a process share. */
  const notes = () => join(mkdtempSync(join(tmpdir(), "sandbox-notes-")), "notes");
  const read = async (file: string) => {
    const { readFileSync, existsSync } = await import("node:fs");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  };

  for (const [name, body, error, message, settings] of [
    ["throws", `throw new RangeError("too far")`, "RangeError", /^too far$/, {}],
    ["exits", "process.exit(3)", "Runtime.ExitError", /exit status 3/, {}],
    ["exits-well", "process.exit(0)", "Runtime.ExitError", /exited without providing a reason/, {}],
    ["is-killed", `process.kill(process.pid, "SIGKILL")`, "Runtime.ExitError", /signal: killed/, {}],
    [
      "fills-memory",
      "const all = []; for (;;) all.push(new Array(100000).fill(all.length))",
      "Runtime.ExitError",
      /signal: aborted/,
      { MemorySize: 128 },
    ],
    ["never-ends", "for (;;);", "Sandbox.Timedout", /timed out after 1.00 seconds/, { Timeout: 1 }],
  ] as const)
    it(`a handler that ${name.replace("-", " ")} is an answer with its error, and the sandbox lives on`, async () => {
      await make(name, body, settings);
      const { error: how, answer } = await invoke(name);
      expect(how).to.equal("Unhandled");
      expect(answer.errorType).to.equal(error);
      expect(answer.errorMessage).to.match(message);
      expect((await invoke(name)).answer.errorType).to.equal(error);
    });

  it("a function sees its own environment and role, and nothing of the sandbox's", async () => {
    process.env.SECRET_OF_THE_SANDBOX = "yes";
    await make("looks", "return process.env", { Environment: { Variables: { MINE: "1" } } });
    const { answer } = await invoke("looks");
    delete process.env.SECRET_OF_THE_SANDBOX;
    expect(answer).to.include({ MINE: "1", AWS_REGION: "eu-central-1", AWS_LAMBDA_FUNCTION_NAME: "looks" });
    expect(answer).not.to.have.property("SECRET_OF_THE_SANDBOX");
    expect(running.sandbox.state.sessions.get(answer.AWS_ACCESS_KEY_ID)?.roleArn).to.equal(Role);
  });

  it("an instance is reused, and a new one started for what comes meanwhile", async () => {
    await make(
      "counts",
      "await new Promise((r) => setTimeout(r, 100)); globalThis.n = (globalThis.n ?? 0) + 1; return globalThis.n",
    );
    expect((await invoke("counts")).answer).to.equal(1);
    expect((await invoke("counts")).answer).to.equal(2);
    const both = await Promise.all([invoke("counts"), invoke("counts")]);
    expect(both.map(({ answer }) => answer).sort()).to.deep.equal([1, 3]);
  });

  it("refuses more than 4 KB of environment, 1 MB of an event and 6 MB of a request", async () => {
    const Environment = { Variables: { LONG: "x".repeat(4096) } };
    await expect(make("long", "", { Environment })).to.be.rejectedWith(/exceeded the 4KB limit/);
    await make("takes", "return event.length");
    await expect(queue("takes", "x".repeat(1024 * 1024))).to.be.rejectedWith(/smaller/);
    expect((await invoke("takes", "x".repeat(1024 * 1024))).answer).to.equal(1024 * 1024);
    await expect(invoke("takes", "x".repeat(6 * 1024 * 1024))).to.be.rejectedWith(/smaller/);
  });

  it("an event that fails is tried twice more, and then told to the destination", async () => {
    const [tries, told] = [notes(), notes()];
    await make("hears", `appendFileSync(${JSON.stringify(told)}, JSON.stringify(event) + "\\n")`);
    await make("fails", `appendFileSync(${JSON.stringify(tries)}, event.id + "\\n"); throw new Error("no")`);
    const Destination = `arn:aws:lambda:eu-central-1:${AUDIT_ACCOUNT}:function:hears`;
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: "fails",
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination } },
      }),
    );
    await queue("fails", { id: "e1" });
    await running.lambda.idle();
    expect(await read(tries)).to.deep.equal(["e1", "e1", "e1"]);
    const [record] = await read(told);
    expect(JSON.parse(record ?? "")).to.deep.include({
      requestPayload: { id: "e1" },
      responsePayload: { ...JSON.parse(record ?? "").responsePayload, errorMessage: "no" },
    });
    expect(JSON.parse(record ?? "").requestContext).to.include({
      condition: "RetriesExhausted",
      approximateInvokeCount: 3,
    });
  });

  it("an event is delivered twice, and an instance killed, where the faults say so", async () => {
    const file = notes();
    await make(
      "notes",
      `appendFileSync(${JSON.stringify(file)}, event.id + "\\n"); await new Promise((r) => setTimeout(r, 100))`,
    );
    const { faults } = running.sandbox.state;
    faults.script = [{ effect: { kind: "duplicated" }, function: "notes" }];
    await queue("notes", { id: "twice" });
    await running.lambda.idle();
    expect(await read(file)).to.deep.equal(["twice", "twice"]);
    await invoke("notes", { id: "warm" });
    faults.script = [{ effect: { kind: "killed" }, function: "notes", times: 1 }];
    await queue("notes", { id: "killed" });
    await running.lambda.idle();
    faults.script = [];
    expect((await read(file)).filter((id) => id === "killed")).to.have.length.within(1, 2);
    expect(running.sandbox.state.faults.counts.get("0")).to.equal(1);
  });

  it("functions, and events that were not delivered, survive a restart", async () => {
    const file = notes();
    await make(
      "slow",
      `appendFileSync(${JSON.stringify(file)}, event.id + "\\n"); if (event.id) await new Promise((r) => setTimeout(r, 300)); return "done"`,
    );
    await queue("slow", { id: "cut off" });
    await running.stop();
    running = await startSandbox(options(folder));
    lambda = new LambdaClient(clientOf(running.endpoint));
    await running.lambda.idle();
    expect((await read(file)).at(-1)).to.equal("cut off");
    expect(running.sandbox.state.events.size).to.equal(0);
    expect((await invoke("slow")).answer).to.equal("done");
  });
});
