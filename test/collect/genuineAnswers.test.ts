import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient, ListClustersCommand } from "@aws-sdk/client-ecs";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { ListHostedZonesCommand, Route53Client } from "@aws-sdk/client-route-53";
import {
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { SdkClient } from "../../src/auditors/collector.ts";
import { withCachedConfig } from "../../src/collect/cachedConfig.ts";
import { withGenuineAnswers } from "../../src/collect/genuineAnswers.ts";
import { problemOf } from "../../src/collect/problem.ts";

interface Wire {
  status?: number;
  headers?: Record<string, string>;
  body: string;
  /** Bytes that are announced and do not come. */
  missing?: number;
}

/** One call of each protocol against a server that always answers the same. */
const PROTOCOLS = {
  query: [RDSClient, () => new DescribeDBInstancesCommand({})],
  ec2: [EC2Client, () => new DescribeVpcsCommand({})],
  restXml: [S3Client, () => new ListBucketsCommand({})],
  json: [ECSClient, () => new ListClustersCommand({})],
  restJson: [LambdaClient, () => new ListFunctionsCommand({})],
  route53: [Route53Client, () => new ListHostedZonesCommand({})],
  payload: [S3Client, () => new GetPublicAccessBlockCommand({ Bucket: "b" })],
  text: [S3Client, () => new GetBucketPolicyCommand({ Bucket: "b" })],
  head: [S3Client, () => new HeadObjectCommand({ Bucket: "b", Key: "k" })],
} as const;
type Protocol = keyof typeof PROTOCOLS;

async function answered(protocol: Protocol, wire: Wire): Promise<Record<string, unknown>> {
  let calls = 0;
  const server = createServer((_request, response) => {
    calls += 1;
    const { status = 200, headers = {}, body, missing = 0 } = wire;
    const chunked = "transfer-encoding" in headers;
    response.writeHead(status, {
      ...(chunked ? {} : { "content-length": Buffer.byteLength(body) + missing }),
      ...headers,
    });
    if (chunked) response.write(body, () => response.destroy());
    else response.end(body);
    if (missing && !chunked) response.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const [Client, command] = PROTOCOLS[protocol] as unknown as [new (config: object) => SdkClient, () => never];
  const client = withCachedConfig(
    withGenuineAnswers(
      new Client({
        region: "us-east-1",
        endpoint: `http://127.0.0.1:${port}`,
        credentials: { accessKeyId: "A", secretAccessKey: "s" },
        forcePathStyle: true,
        maxAttempts: 1,
      }),
    ),
  );
  try {
    return (await client.send(command())) as Record<string, unknown>;
  } finally {
    client.destroy();
    server.closeAllConnections();
    server.close();
    expect(calls).to.equal(1);
  }
}

const problem = async (protocol: Protocol, wire: Wire) => {
  try {
    await answered(protocol, wire);
  } catch (error) {
    return problemOf(error, { operation: "O", actions: ["a:O"], incomplete: "resources", open: true }).error;
  }
  return undefined;
};

const HTML = "<!DOCTYPE html><html><head><title>Sign in to the proxy</title></head><body></body></html>";
const ns = 'xmlns="http://example.com/doc/"';
const result = (inside: string) =>
  `<DescribeDBInstancesResponse><DescribeDBInstancesResult>${inside}</DescribeDBInstancesResult></DescribeDBInstancesResponse>`;
const vpcs = (inside: string) => `<DescribeVpcsResponse><requestId>r</requestId>${inside}</DescribeVpcsResponse>`;
const GOOD: Record<Exclude<Protocol, "head">, string[]> = {
  query: [
    `<DescribeDBInstancesResponse ${ns}><DescribeDBInstancesResult><DBInstances/></DescribeDBInstancesResult><ResponseMetadata/></DescribeDBInstancesResponse>`,
    `<?xml version="1.0"?>\n<DescribeDBInstancesResponse ${ns}>\n<DescribeDBInstancesResult/></DescribeDBInstancesResponse>\n`,
    result("<Marker/><DBInstances>\n  <!-- none -->\n</DBInstances><Newer>1</Newer>"),
    result("<DBInstances><DBInstance/></DBInstances>"),
  ],
  ec2: [
    `<?xml version="1.0" encoding="UTF-8"?>\n<DescribeVpcsResponse ${ns}><requestId>r</requestId><vpcSet/></DescribeVpcsResponse>`,
  ],
  restXml: [`<ListAllMyBucketsResult ${ns}><Buckets/></ListAllMyBucketsResult>`, "<ListAllMyBucketsResult/>"],
  json: [
    "{}",
    '{"clusterArns":null,"nextToken":null}',
    '{"clusterArns":[]}',
    '  {"clusterArns":[],"nextToken":"a"}\n',
    '{"nextToken":"a"}',
  ],
  restJson: ["{}", '{"Functions":[]}'],
  route53: [`<ListHostedZonesResponse ${ns}><HostedZones/><IsTruncated>false</IsTruncated></ListHostedZonesResponse>`],
  payload: ["<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>"],
  text: ['{"Version":"2012-10-17","Statement":[]}'],
};

describe("an answer", () => {
  for (const [protocol, bodies] of Object.entries(GOOD) as [Protocol, string[]][])
    for (const body of bodies)
      it(`of ${protocol} is believed: ${body.slice(0, 60)}`, async () => {
        expect(await problem(protocol, { body })).to.equal(undefined);
      });

  const xml = ["query", "ec2", "restXml", "route53", "payload"] as const;
  const json = ["json", "restJson"] as const;
  const never: [string, readonly Protocol[], Wire, RegExp][] = [
    ["an empty body", [...xml, ...json], { body: "" }, /HTTP 200, not an answer of AWS: an empty body/],
    ["a blank body", [...xml, ...json], { body: "  \n" }, /not an answer of AWS/],
    ["null", json, { body: "null" }, /no JSON object, but null/],
    ["null", xml, { body: "null" }, /no XML, but null/],
    ["a list", json, { body: "[]" }, /no JSON object/],
    ["a text", json, { body: '"ok"' }, /no JSON object/],
    [
      "a page of HTML",
      [...xml, ...json, "text"],
      { body: HTML },
      /HTTP 200, not an answer of AWS: a page of HTML \(Sign in to the proxy\)/,
    ],
    ["XHTML", [...xml, ...json], { body: `<?xml version="1.0"?><html xmlns="x"></html>` }, /a page of HTML/],
    ["plain text", [...xml, ...json], { body: "OK" }, /not an answer of AWS/],
    ["JSON", xml, { body: "{}" }, /no XML/],
    [
      "another element",
      xml,
      { body: "<ListThingsResponse><Things/></ListThingsResponse>" },
      /<ListThingsResponse>, where </,
    ],
    [
      "members of another operation",
      json,
      { body: '{"taskArns":[],"other":1}' },
      /another operation \(taskArns, other\)/,
    ],
    [
      "a token and members of another operation",
      json,
      { body: '{"taskArns":["a"],"nextToken":"1","Marker":"1","NextMarker":"1"}' },
      /another operation/,
    ],
    [
      "an error without a code",
      json,
      { body: '{"message":"no \\u001b[31mway"}' },
      /an error with the status of an answer: no +\[31mway/,
    ],
    ["a text where a list is to be", ["json"], { body: '{"clusterArns":"a"}' }, /clusterArns that is no list/],
    ["a number where a list is to be", ["restJson"], { body: '{"Functions":5}' }, /Functions that is no list/],
    [
      "a structure where a list is to be",
      ["json"],
      { body: '{"clusterArns":{"a":"b"}}' },
      /clusterArns that is no list/,
    ],
    ["a list with a hole", ["json"], { body: '{"clusterArns":["a",null]}' }, /element 2 is no text/],
    ["a list of structures with a hole", ["restJson"], { body: '{"Functions":[null]}' }, /element 1 is no structure/],
    [
      "a list of texts where structures are to be",
      ["restJson"],
      { body: '{"Functions":["f"]}' },
      /element 1 is no structure/,
    ],
    ["a token that is none", ["json"], { body: '{"clusterArns":[],"nextToken":{"a":1}}' }, /nextToken that is no text/],
    [
      "a list whose elements have another name",
      ["query"],
      { body: result("<DBInstances><member><DBInstanceIdentifier>a</DBInstanceIdentifier></member></DBInstances>") },
      /<DBInstances> with something in it that is not understood/,
    ],
    ["a list that holds text", ["query"], { body: result("<DBInstances>text</DBInstances>") }, /not understood/],
    [
      "a list that is there twice, empty at first",
      ["query"],
      { body: result("<DBInstances/><DBInstances><DBInstance/></DBInstances>") },
      /not understood/,
    ],
    [
      "a result of another operation",
      ["query"],
      { body: result("<DBClusters/>") },
      /another operation \(<DBClusters>\)/,
    ],
    [
      "a result that is an error",
      ["query"],
      { body: result("<Error><Code>X</Code></Error>") },
      /an error with the status/,
    ],
    ["a list of another operation", ["ec2"], { body: vpcs("<regionInfo/>") }, /another operation \(<regionInfo>\)/],
    ["a list of another element", ["ec2"], { body: vpcs("<vpcSet><member/></vpcSet>") }, /not understood/],
    [
      "errors inside of it",
      ["ec2"],
      { body: vpcs("<Errors><Error/></Errors>") },
      /an error with the status of an answer/,
    ],
    [
      "an error's members",
      ["restXml"],
      { body: "<ListAllMyBucketsResult><Code>SlowDown</Code></ListAllMyBucketsResult>" },
      /an error with the status of an answer/,
    ],
    [
      "compressed, which nobody asked for",
      ["json"],
      { headers: { "content-encoding": "gzip" }, body: "\u001f\u008b" },
      /no JSON/,
    ],
    ["a JSON object that ends in the middle", json, { body: '{"clusterArns":["a","b' }, /cut off/],
    ["a JSON object that ends after an inner one", json, { body: '{"Functions":[{"a":1}' }, /cut off/],
  ];
  for (const [what, protocols, wire, message] of never)
    for (const protocol of protocols)
      it(`of ${protocol} is not believed that is ${what}`, async () => {
        const error = await problem(protocol, wire);
        expect(error).to.include({ status: "failed", code: "NotAnAnswer", http_status: 200 });
        expect(error!.message).to.match(message);
      });

  for (const protocol of xml)
    it(`of ${protocol} is not believed that ends in the middle`, async () => {
      const whole = GOOD[protocol][0]!.replace("/>", ">x");
      for (const cut of [0.5, 0.8, 0.95]) {
        const body = whole.slice(0, Math.floor(whole.length * cut));
        expect((await problem(protocol, { body }))?.code, body).to.equal("NotAnAnswer");
      }
    });

  it("of query is not believed without its result", async () => {
    const body = "<DescribeDBInstancesResponse><ResponseMetadata/></DescribeDBInstancesResponse>";
    expect((await problem("query", { body }))!.message).to.match(/without <DescribeDBInstancesResult>/);
  });

  for (const protocol of ["query", "json", "restJson", "text"] as const)
    it(`of ${protocol} is not believed that is shorter than it says`, async () => {
      const error = await problem(protocol, { body: GOOD[protocol][0]!, missing: 20 });
      expect(error).to.include({ status: "failed" });
    });

  it("that breaks off without a length is told as that", async () => {
    const error = await problem("json", {
      body: '{"clusterArns":["a"]}',
      headers: { "transfer-encoding": "chunked" },
      missing: 1,
    });
    expect(error).to.include({ status: "failed", code: "NotAnAnswer" });
    expect(error!.message).to.equal("HTTP 200, not an answer of AWS: a body that broke off");
  });

  const errors: [Protocol, Wire, string][] = [
    ["json", { body: '{"__type":"com.amazonaws.ecs#ClientException","clusterArns":[]}' }, "ClientException"],
    ["json", { body: '{"__type":"com.amazonaws.ecs#ClientException","message":"no"}' }, "ClientException"],
    ["json", { body: '{"__type":"AccessDeniedException","Message":"no"}' }, "AccessDeniedException"],
    [
      "restJson",
      { headers: { "x-amzn-errortype": "TooManyRequestsException" }, body: '{"Reason":"no"}' },
      "TooManyRequestsException",
    ],
    [
      "query",
      { body: "<ErrorResponse><Error><Code>Throttling</Code><Message>no</Message></Error></ErrorResponse>" },
      "Throttling",
    ],
    [
      "ec2",
      { body: "<Response><Errors><Error><Code>InternalError</Code><Message>no</Message></Error></Errors></Response>" },
      "InternalError",
    ],
    ["restXml", { body: "<Error><Code>SlowDown</Code><Message>no</Message></Error>" }, "SlowDown"],
  ];
  for (const [protocol, wire, code] of errors)
    it(`of ${protocol} that holds an error is that error: ${code}`, async () => {
      // For S3 the SDK itself makes it 503.
      expect(await problem(protocol, wire)).to.include({ code, http_status: protocol === "restXml" ? 503 : 200 });
    });
});

describe("an answer to HEAD", () => {
  it("has no body, whatever length it announces", async () => {
    expect(await answered("head", { body: "twelve bytes" })).to.include({ ContentLength: 12 });
  });

  it("that refuses keeps its status", async () => {
    expect(await problem("head", { status: 404, body: "<Error/>" })).to.include({ http_status: 404, code: "NotFound" });
  });
});

describe("a refusal", () => {
  for (const protocol of Object.keys(GOOD) as Protocol[])
    for (const [what, wire] of [
      ["a page of HTML", { body: HTML }],
      ["an empty body", { body: "" }],
      ["plain text", { body: "Forbidden" }],
    ] as const)
      for (const status of [302, 403, 404])
        it(`of ${protocol} with HTTP ${status} that is ${what} is told as that, and never as a denial or as gone`, async () => {
          const error = await problem(protocol, { ...wire, status });
          expect(error).to.include({ status: "failed", code: "NotAnAnswer", http_status: status });
          expect(error).not.to.have.any.keys("action", "denied_by");
          expect(error!.message).to.match(new RegExp(`^HTTP ${status}, not an answer of AWS: `));
        });

  it("of AWS keeps its code and status", async () => {
    const denied =
      "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: u is not authorized to perform: rds:DescribeDBInstances because no identity-based policy allows the rds:DescribeDBInstances action</Message></Error></ErrorResponse>";
    expect(await problem("query", { status: 403, body: denied })).to.include({
      ...{ status: "denied", code: "AccessDenied", http_status: 403 },
      ...{ action: "rds:DescribeDBInstances", denied_by: "policy" },
    });
    const throttled = { status: 400, body: '{"__type":"ThrottlingException","message":"Rate exceeded"}' };
    expect(await problem("json", throttled)).to.include({ code: "ThrottlingException", http_status: 400 });
  });

  it("may have an empty body where its code is in a header", async () => {
    const headers = { "x-amzn-errortype": "AccessDeniedException" };
    expect(await problem("restJson", { status: 403, headers, body: "{}" })).to.include({
      code: "AccessDeniedException",
    });
  });
});
