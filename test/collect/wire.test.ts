import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { STSClient } from "@aws-sdk/client-sts";
import { StandardRetryStrategy } from "@smithy/core/retry";
import { expect } from "chai";
import { ecs } from "../../src/auditors/services/ecs.ts";
import { accessByRole } from "../../src/collect/accountSession.ts";
import { awsClock } from "../../src/collect/awsClock.ts";
import { withGenuineAnswers } from "../../src/collect/genuineAnswers.ts";
import { runTask } from "../../src/collect/task.ts";
import type { EvidenceStore } from "../../src/evidence/evidenceStore.ts";
import { type Outcome, typeStatus } from "../../src/evidence/outcome.ts";

/** What a server answers to a call, by its operation. */
type Answer = (response: ServerResponse, good: string) => void;

const HTML = "<html><head><title>Proxy</title></head><body>Sign in</body></html>";
const text =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(body);

/** Answers that are none to any call of any protocol. */
const NO_ANSWERS: Record<string, Answer> = {
  "an empty body": text(""),
  null: text("null"),
  "a page of HTML": text(HTML),
  "a page of HTML with 403": text(HTML, 403),
  "a page of HTML with 404": text(HTML, 404),
  "a redirect to a page": text(HTML, 302, { location: "http://proxy.example/" }),
  "a list": text("[]"),
  "a text": text('"ok"'),
  "another root": text("<Pong/>"),
  "a body of another operation": text('{"pong":true}'),
  "an error inside of a 200": text('{"__type":"ServerException","message":"no"}'),
  "a body that is cut off": (response, good) => response.end(good.slice(0, Math.floor(good.length * 0.6))),
  "fewer bytes than announced": (response, good) => {
    response.writeHead(200, { "content-length": good.length + 10 });
    response.write(good, () => response.destroy());
  },
  "a body that breaks off": (response, good) => {
    response.writeHead(200);
    response.write(good.slice(0, -3), () => response.destroy());
  },
  "a body that is compressed": (response, good) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(good)),
};

const ACCOUNT = "111111111111";
const ARN = `arn:aws:ecs:us-east-1:${ACCOUNT}:cluster/a`;
const xml = (operation: string, inside: string) => `<${operation}Response>${inside}</${operation}Response>`;
const GOOD: Record<string, string> = {
  AssumeRole: xml(
    "AssumeRole",
    `<AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>`,
  ),
  DescribeRegions: xml(
    "DescribeRegions",
    "<regionInfo><item><regionName>us-east-1</regionName><optInStatus>opt-in-not-required</optInStatus></item></regionInfo>",
  ),
  ListClusters: JSON.stringify({ clusterArns: [ARN] }),
  DescribeClusters: JSON.stringify({ clusters: [{ clusterArn: ARN, clusterName: "a", tags: [] }], failures: [] }),
  ListServices: JSON.stringify({ serviceArns: [] }),
};

/** One task of ECS's clusters and services in a region, over HTTP; calls of an operation are answered in another way. */
async function read(operation: string, answer: Answer, times = Number.POSITIVE_INFINITY): Promise<Outcome> {
  let left = times;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      const asked = /^Action=(\w+)/.exec(body)?.[1] ?? String(request.headers["x-amz-target"]).split(".").at(-1)!;
      const good = GOOD[asked]!;
      if (asked === operation && left-- > 0) answer(response, good);
      else response.end(good);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { endpoint, credentials: { accessKeyId: "A", secretAccessKey: "s" }, maxAttempts: 1 };
  const sts = withGenuineAnswers(new STSClient({ ...options, region: "us-east-1" }) as never) as unknown as STSClient;
  const types = ["AWS::ECS::Cluster", "AWS::ECS::Service"];
  try {
    const { outcomes } = await runTask({
      clock: awsClock(),
      runId: "01JDT3SAPG0000000000000000",
      date: "2026-11-24",
      task: {
        ...{ id: "ecs-0000", auditor: "ecs", accounts: [ACCOUNT], regions: ["us-east-1"] },
        group: { index: 0, tasks: 1, of: 1 },
      },
      attempt: "a",
      auditor: {
        name: "ecs",
        services: [{ ...ecs, collectors: ecs.collectors.filter((each) => types.includes(each.type)) }],
      },
      digestKey: "0123456789abcdef",
      apiShare: 1,
      account: "999999999999",
      access: accessByRole(sts, { partition: "aws", roleName: "r" }),
      evidence: { create: async () => undefined } as unknown as EvidenceStore,
      homeRegion: "us-east-1",
      // Each of them is asked once: what is tried again is the SDK's, and takes its time.
      client: () => ({ ...options, retryStrategy: new StandardRetryStrategy(1) }) as never,
      deadline: new AbortController().signal,
      now: Date.now,
      wait: async () => undefined,
    });
    return outcomes[0]!;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const CLUSTER = "AWS::ECS::Cluster";
const SERVICE = "AWS::ECS::Service";

describe("over HTTP", function () {
  this.timeout(120_000);

  it("good answers are read", async () => {
    const outcome = await read("", text(""));
    expect(outcome).to.deep.include({ status: "collected", counts: { [CLUSTER]: 1, [SERVICE]: 0 }, errors: [] });
  });

  for (const [what, answer] of Object.entries(NO_ANSWERS)) {
    it(`${what} where a session is to be is a failure to enter, and of nobody's permissions`, async () => {
      const outcome = await read("AssumeRole", answer);
      expect(outcome).to.deep.include({ status: "failed", counts: {} });
      expect(outcome.errors[0]).to.include({ operation: "AssumeRole", status: "failed" });
      expect(outcome.errors[0]).not.to.have.any.keys("action", "denied_by");
      expect(outcome.remedy).to.include("the caller's own credentials");
    });

    it(`${what} where regions are to be spoils nothing of an open region, and is noted`, async () => {
      const outcome = await read("DescribeRegions", answer);
      expect(outcome).to.deep.include({ status: "collected", counts: { [CLUSTER]: 1, [SERVICE]: 0 } });
      expect(outcome.notes!.map(({ operation }) => operation)).to.deep.equal(["DescribeRegions"]);
    });

    it(`${what} where a listing is to be is a failure, and what is below it is not known`, async () => {
      const outcome = await read("ListClusters", answer);
      expect(outcome).to.deep.include({ status: "failed", counts: {} });
      for (const type of [CLUSTER, SERVICE]) expect(typeStatus(outcome, type)).to.equal("failed");
      for (const error of outcome.errors) expect(error).not.to.have.any.keys("action", "denied_by");
    });

    it(`${what} where children are to be leaves them unread, and the parent read`, async () => {
      const outcome = await read("ListServices", answer);
      expect(outcome.status).to.equal("failed");
      expect([CLUSTER, SERVICE].map((type) => typeStatus(outcome, type))).to.deep.equal(["collected", "failed"]);
      expect(outcome.errors[0]).to.include({ resource_type: SERVICE, incomplete: "resources", status: "failed" });
    });

    it(`${what} where details and tags are to be leaves them unread`, async () => {
      const outcome = await read("DescribeClusters", answer);
      expect(outcome.status).to.equal("failed");
      expect(typeStatus(outcome, CLUSTER)).to.equal("collected");
      expect(outcome.errors[0]).to.include({ resource_type: CLUSTER, incomplete: "details", status: "failed" });
    });
  }

  const refusal = (code: string, message: string, status = 400): Answer =>
    text(JSON.stringify({ __type: code, message }), status);
  const denied = (why: string) =>
    refusal("AccessDeniedException", `User: u is not authorized to perform: ecs:ListClusters on resource: *${why}`);
  for (const [what, answer, status, by] of [
    ["throttling without an end", refusal("ThrottlingException", "Rate exceeded"), "failed", undefined],
    ["an internal error", refusal("ServerException", "oops", 500), "failed", undefined],
    [
      "a token that AWS does not know",
      refusal("UnrecognizedClientException", "The security token included in the request is invalid."),
      "failed",
      undefined,
    ],
    [
      "a token that has ended",
      refusal("ExpiredTokenException", "The security token included in the request is expired", 403),
      "failed",
      undefined,
    ],
    ["a key that AWS does not know", refusal("InvalidClientTokenId", "no", 403), "failed", undefined],
    ["a refused authentication", refusal("AuthFailure", "no", 401), "failed", undefined],
    ["a region that is to be opted in to", refusal("OptInRequired", "no", 403), "failed", undefined],
    ["a signature that does not match", refusal("SignatureDoesNotMatch", "no", 403), "failed", undefined],
    [
      "a signature of another day",
      refusal("InvalidSignatureException", "Signature expired: 1 is now earlier than 2", 403),
      "failed",
      undefined,
    ],
    ["a request that has expired", refusal("RequestExpired", "no", 400), "failed", undefined],
    ["an operation that is not there", refusal("UnknownOperationException", "", 404), "failed", undefined],
    ["a denial", denied(" because no identity-based policy allows the ecs:ListClusters action"), "denied", "policy"],
    ["a denial by the organization", denied(" with an explicit deny in a service control policy"), "denied", "scp"],
    [
      "a denial by the resource's organization",
      denied(" with an explicit deny in a resource control policy"),
      "denied",
      "rcp",
    ],
    [
      "a denial by a boundary",
      denied(" because no permissions boundary allows the ecs:ListClusters action"),
      "denied",
      "boundary",
    ],
    [
      "a denial by an endpoint",
      denied(" because no VPC endpoint policy allows the ecs:ListClusters action"),
      "denied",
      "endpoint-policy",
    ],
    ["a denial without a reason", denied(""), "denied", "unknown"],
  ] as const)
    it(`${what} is ${status}${by ? `, by ${by}` : ", and nobody's permission"}`, async () => {
      const outcome = await read("ListClusters", answer);
      expect(outcome).to.deep.include({ status, counts: {} });
      for (const type of [CLUSTER, SERVICE]) expect(typeStatus(outcome, type)).to.equal(status);
      for (const error of outcome.errors) expect([error.status, error.denied_by]).to.deep.equal([status, by]);
    });

  for (const code of ["UnrecognizedClientException", "ExpiredTokenException", "InvalidClientTokenId"])
    it(`a session that AWS refuses once (${code}) is replaced, and all is read`, async () => {
      const outcome = await read(
        "ListClusters",
        refusal(code, "The security token included in the request is invalid."),
        1,
      );
      expect(outcome).to.deep.include({ status: "collected", counts: { [CLUSTER]: 1, [SERVICE]: 0 } });
    });
});
