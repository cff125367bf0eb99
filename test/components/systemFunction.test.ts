import { expect } from "chai";
import { bundle } from "../../components/bundle.ts";
import { SystemFunction, type SystemFunctionArgs } from "../../components/systemFunction.ts";
import { recorded } from "./recorded.ts";

const functionWith = (args: Partial<SystemFunctionArgs> = {}) =>
  recorded(
    () =>
      new SystemFunction("audit-sealer", {
        functionName: "audit-sealer",
        handler: { kind: "sealer" },
        environment: { EVIDENCE_BUCKET: "evidence" },
        permissions: [{ Sid: "Seal", Effect: "Allow", Action: ["s3:PutObject"], Resource: "arn:aws:s3:::evidence/*" }],
        timeout: 900,
        memorySize: 1024,
        logRetentionDays: 90,
        ...args,
      }),
  );

describe("SystemFunction", () => {
  it("runs its bundle on Node 24 and arm64, and logs JSON into its own group", async () => {
    const made = await functionWith();
    const { inputs } = made.one("Function");
    expect(inputs).to.deep.include({
      name: "audit-sealer",
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      timeout: 900,
      memorySize: 1024,
      environment: { variables: { EVIDENCE_BUCKET: "evidence", BUNDLE_SHA256: bundle({ kind: "sealer" }).sha256 } },
      loggingConfig: { logFormat: "JSON", logGroup: "/aws/lambda/audit-sealer" },
    });
    expect(Object.keys(await inputs.code.assets)).to.deep.equal(["index.mjs"]);
  });

  it("keeps its log for the configured days, and no longer", async () => {
    const made = await functionWith({ logRetentionDays: 30 });
    expect(made.one("LogGroup").inputs).to.deep.equal({ name: "/aws/lambda/audit-sealer", retentionInDays: 30 });
  });

  it("has a role of its own, of the path that member accounts trust, which Lambda alone may take", async () => {
    const { inputs } = (await functionWith()).one("Role");
    expect(inputs).to.deep.include({ name: "audit-sealer", path: "/audit-ecosystem/" });
    expect(JSON.parse(inputs.assumeRolePolicy).Statement).to.deep.equal([
      { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
  });

  it("is traced by X-Ray where that is asked for, with the two permissions that it takes and no other", async () => {
    const statements = (made: Awaited<ReturnType<typeof functionWith>>) =>
      JSON.parse(made.one("RolePolicy").inputs.policy).Statement as { Sid: string }[];
    const [plain, traced] = [await functionWith(), await functionWith({ tracing: true })];
    expect(plain.one("Function").inputs).not.to.have.property("tracingConfig");
    expect(traced.one("Function").inputs.tracingConfig).to.deep.equal({ mode: "Active" });
    const trace = statements(traced).filter(({ Sid }) => !statements(plain).some((each) => each.Sid === Sid));
    expect(trace).to.deep.equal([
      {
        Sid: "Trace",
        Effect: "Allow",
        Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        Resource: "*",
      },
    ]);
  });

  it("may do what it is given and write its own log, and nothing else", async () => {
    const made = await functionWith();
    const { Statement } = JSON.parse(made.one("RolePolicy").inputs.policy);
    expect(made.of("RolePolicyAttachment"), "no policy of AWS's comes with it").to.be.empty;
    expect(Statement).to.deep.equal([
      {
        Sid: "Log",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: "arn:aws:test:eu-central-1:999999999999:LogGroup/audit-sealer:*",
      },
      { Sid: "Seal", Effect: "Allow", Action: ["s3:PutObject"], Resource: "arn:aws:s3:::evidence/*" },
    ]);
  });

  it("tells another function of events that failed for good, where there is one", async () => {
    expect((await functionWith()).of("FunctionEventInvokeConfig")).to.be.empty;
    const told = await functionWith({ onFailure: "arn:aws:lambda:eu-central-1:999999999999:function:audit-recorder" });
    expect(told.one("FunctionEventInvokeConfig").inputs).to.deep.include({
      functionName: "audit-sealer",
      maximumRetryAttempts: 2,
      destinationConfig: {
        onFailure: { destination: "arn:aws:lambda:eu-central-1:999999999999:function:audit-recorder" },
      },
    });
  });
});
