import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { handedIn } from "../../estate/handedIn.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";
import { loadControls } from "../../src/controls/control.ts";
import type { Verdict } from "../../src/controls/verdict.ts";
import { type Outcome, type OutcomeStatus, typeStatus } from "../../src/evidence/outcome.ts";
import { type Answer, itaudit } from "../cli/itaudit.ts";
import { cleanEnvironment } from "../referee/commands.ts";

/** A call that was made, as far as a fault can mean it. */
interface Call {
  region: string;
  operation: string;
  /** Of XML, or of JSON. */
  protocol: "query" | "json";
  input: string;
  signedAt: number;
  /** Calls of the operation in the region so far, this one among them. */
  times: number;
}

/** How the end of a body is told: by its length, by a last chunk or by the end of the connection. */
type Framing = "length" | "chunks" | "close";

interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Bytes of the body after which nothing more comes. */
  cut?: number;
  framing?: Framing;
}

/** Answers a call in AWS's place; `ask` gets what AWS itself says to it, or to another input. */
type Fault = (call: Call, ask: (input?: string) => Promise<Reply>) => Promise<Reply>;

/** What of the estate is spoilt: a listing of XML and one of JSON, in one region each. */
const SPOILT = [
  { auditor: "rds", region: "us-east-1", operation: "DescribeDBInstances", type: "AWS::RDS::DBInstance" },
  { auditor: "ecs", region: "eu-west-1", operation: "ListTaskDefinitions", type: "AWS::ECS::TaskDefinition" },
] as const;
/** The same for listings below a parent. */
const BELOW = [
  {
    auditor: "rds",
    region: "us-east-1",
    operation: "DescribeDBProxyTargetGroups",
    type: "AWS::RDS::DBProxyTargetGroup",
  },
  { auditor: "ecs", region: "us-east-1", operation: "ListServices", type: "AWS::ECS::Service" },
] as const;
type Place = (typeof SPOILT | typeof BELOW)[number];

const MEMBER = "111111111111";
const READ = ["--auditors", "rds,ecs,iam", "--regions", "eu-west-1,us-east-1"];
const PAGE = 2;
const MINUTE = 60_000;
const BLOCKED = "<!DOCTYPE html><html><head><title>Access to this site is blocked</title></head><body></body></html>";

const html = (status: number, headers = {}): Reply => ({
  status,
  headers: { "content-type": "text/html", ...headers },
  body: BLOCKED,
});

/** A refusal in the words of the call's protocol; services of XML and of JSON have codes of their own. */
const refusal = (
  { protocol, operation }: Call,
  codes: Record<Call["protocol"], string>,
  message: string,
  status = 400,
) => {
  const code = codes[protocol];
  const inside = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  const ofEc2 = operation === "DescribeRegions";
  const xml = ofEc2
    ? `<Response><Errors>${inside}</Errors></Response>`
    : `<ErrorResponse>${inside}<RequestId>1</RequestId></ErrorResponse>`;
  return protocol === "json"
    ? {
        status,
        headers: { "content-type": "application/x-amz-json-1.1" },
        body: JSON.stringify({ __type: code, message }),
      }
    : { status, headers: { "content-type": "text/xml" }, body: xml };
};

/** The listing in pages; `next` says where the page after the one from `start` begins, or refuses the call. */
function inPages(next: (start: number, end: number | undefined, call: Call) => number | Reply | undefined): Fault {
  return async (call, ask) => {
    const token =
      call.protocol === "json" ? JSON.parse(call.input).nextToken : new URLSearchParams(call.input).get("Marker");
    const start = Number(token ?? 0);
    const whole = await ask(call.protocol === "json" ? "{}" : call.input.replace(/&Marker=\d+/, ""));
    const instances = whole.body.match(/<DBInstance>.*?<\/DBInstance>/gs) ?? [];
    const names: string[] = call.protocol === "json" ? JSON.parse(whole.body).taskDefinitionArns : instances;
    const end = start + PAGE < names.length ? start + PAGE : undefined;
    const at = next(start, end, call);
    if (typeof at === "object") return at;
    const page = names.slice(start, start + PAGE);
    if (call.protocol === "json")
      return {
        ...whole,
        body: JSON.stringify({ taskDefinitionArns: page, ...(at === undefined ? {} : { nextToken: `${at}` }) }),
      };
    const list = `<DBInstances>${page.join("")}</DBInstances>${at === undefined ? "" : `<Marker>${at}</Marker>`}`;
    return { ...whole, body: whole.body.replace(/<DBInstances>.*<\/DBInstances>/s, list) };
  };
}

/** Two thirds of the body: within the list that it is about. */
const cutShort =
  (framing: Framing, atMost = Number.POSITIVE_INFINITY): Fault =>
  async ({ times }, ask) => {
    const whole = await ask();
    return times > atMost ? whole : { ...whole, framing, cut: Math.floor((whole.body.length * 2) / 3) };
  };

/** What a case expects of the spoilt items. */
interface Met {
  status: OutcomeStatus;
  /** Of the one error that stands in the outcome. */
  error?: { code: RegExp; http_status?: number; message?: RegExp; status?: string };
  note?: { code: string; times: number };
  /** Of the type's resources, how many are kept: a number, all of them, or none, not even a count. */
  kept: number | "all" | "unread";
  retries?: number;
}

const notAnAnswer = (http_status: number, message: RegExp): Pick<Met, "error"> => ({
  error: { code: /^NotAnAnswer$/, http_status, message },
});

const CASES: readonly { what: string; fault: Fault; places?: readonly Place[]; met: Met }[] = [
  {
    what: "a page token that is refused in the middle",
    fault: inPages((start, end, call) =>
      start === PAGE
        ? refusal(
            call,
            { query: "InvalidParameterValue", json: "InvalidParameterException" },
            "The token is not valid.",
          )
        : end,
    ),
    met: { status: "failed", error: { code: /^InvalidParameter/, http_status: 400, message: /token/ }, kept: PAGE },
  },
  {
    what: "pages in a circle, back to the first",
    fault: inPages((start, end) => (start ? 0 : end)),
    met: {
      status: "failed",
      error: { code: /^Contradiction$/, message: /twice with the same page token/ },
      note: { code: "PagesOverlap", times: 4 - PAGE },
      kept: 4,
    },
  },
  {
    what: "a page that says of itself that it comes next",
    fault: inPages((start) => start || PAGE),
    met: { status: "failed", error: { code: /^Contradiction$/, message: /twice with the same page token/ }, kept: 4 },
  },
  {
    what: "pages that overlap",
    fault: inPages((_start, end) => end && end - 1),
    met: { status: "collected", note: { code: "PagesOverlap", times: 2 }, kept: "all" },
  },
  {
    what: "a parent that is deleted before its children are listed",
    places: BELOW,
    fault: async (call) =>
      refusal(call, { query: "DBProxyNotFoundFault", json: "ClusterNotFoundException" }, "It is not there."),
    met: { status: "collected", error: { code: /NotFound/, status: "deleted" }, kept: 0 },
  },
  {
    what: "a page of HTML, nor its clock, which is an hour off",
    fault: async () => html(200, { date: new Date(Date.now() + 60 * MINUTE).toUTCString() }),
    met: { status: "failed", ...notAnAnswer(200, /HTML/), kept: "unread" },
  },
  {
    what: "a refusal of HTML, which denies nothing",
    fault: async () => html(403),
    met: { status: "failed", ...notAnAnswer(403, /HTML/), kept: "unread" },
  },
  {
    what: "a page of HTML in the middle of the pages",
    fault: inPages((start, end) => (start ? html(200) : end)),
    met: { status: "failed", ...notAnAnswer(200, /HTML/), kept: PAGE },
  },
  ...(["length", "chunks", "close"] as const).map((framing) => ({
    what: `answers cut short each time, their end told by ${framing}`,
    fault: cutShort(framing),
    met: { status: "failed", ...notAnAnswer(200, /cut off|broke off|bytes/), kept: "unread", retries: 3 } as const,
  })),
  {
    what: "an answer cut short once",
    fault: cutShort("length", 1),
    met: { status: "collected", kept: "all", retries: 1 },
  },
];

/** Something on the way to AWS that spoils answers, and has AWS's clock. */
async function startMiddle(endpoint: string) {
  const { hostname, port } = new URL(endpoint);
  let faults: ReadonlyMap<string, Fault> = new Map();
  let aheadMs: (call: Call) => number = () => 0;
  const times = new Map<string, number>();

  const forwarded = (incoming: IncomingMessage, input: string): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const { method, url: path, headers } = incoming;
      const length = { "content-length": String(Buffer.byteLength(input)) };
      const sent = request({ hostname, port, path, method, headers: { ...headers, ...length } }, async (answer) => {
        const { "content-length": _length, connection: _connection, ...rest } = answer.headers;
        resolve({ status: answer.statusCode!, headers: rest as Record<string, string>, body: await textOf(answer) });
      });
      sent.on("error", reject).end(input);
    });

  const server = createServer(async (incoming, outgoing) => {
    const input = await textOf(incoming);
    const call = callOf(incoming, input, times);
    const now = Date.now() + aheadMs(call);
    const refused = refusedForTime(call, now);
    const ask = (other = input) => forwarded(incoming, other);
    const reply = refused ?? (await (faults.get(`${call.region} ${call.operation}`)?.(call, ask) ?? ask()));
    const date = reply.body === BLOCKED && reply.headers.date ? reply.headers.date : new Date(now).toUTCString();
    send({ ...reply, headers: { ...reply.headers, date } }, outgoing);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    /** From now on these, by region and operation, and AWS's clock so much ahead of this machine's. */
    spoil: (by: ReadonlyMap<string, Fault>, ahead: (call: Call) => number = () => 0) => {
      times.clear();
      faults = by;
      aheadMs = ahead;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function callOf({ headers }: IncomingMessage, input: string, counts: Map<string, number>): Call {
  const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "";
  const target = headers["x-amz-target"];
  const operation = typeof target === "string" ? target.split(".")[1]! : (/^Action=(\w+)/.exec(input)?.[1] ?? "");
  const iso = String(headers["x-amz-date"]).replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5");
  const times = (counts.get(`${region} ${operation}`) ?? 0) + 1;
  counts.set(`${region} ${operation}`, times);
  return { region, operation, protocol: target ? "json" : "query", input, signedAt: Date.parse(iso), times };
}

/** AWS takes no signature that is five minutes off. */
function refusedForTime(call: Call, now: number): Reply | undefined {
  const off = call.signedAt - now;
  if (Math.abs(off) <= 5 * MINUTE) return undefined;
  const codes = {
    query: call.operation === "DescribeRegions" ? "RequestExpired" : "SignatureDoesNotMatch",
    json: "InvalidSignatureException",
  };
  const says =
    off < 0 ? "Signature expired: it is now earlier than" : "Signature not yet current: it is still later than";
  return refusal(call, codes, `${says} ${new Date(now).toISOString()}`, call.protocol === "json" ? 400 : 403);
}

function send({ status, headers, body, cut, framing = "length" }: Reply, outgoing: ServerResponse): void {
  const bytes = Buffer.from(body);
  const length = framing === "length" ? { "content-length": String(bytes.length) } : {};
  if (framing === "close") {
    outgoing.useChunkedEncodingByDefault = false;
    outgoing.shouldKeepAlive = false;
  }
  outgoing.writeHead(status, { ...headers, ...length });
  if (cut === undefined || framing !== "length") outgoing.end(bytes.subarray(0, cut));
  else outgoing.write(bytes.subarray(0, cut), () => outgoing.socket?.end());
}

/**
 * What AWS, or something on the way to it, answers wrongly, over real HTTP and with the SDK's own clients. Writes that
 * land late have no meaning here: the folder that a desk writes to has them at once; the simulation has them in S3.
 */
describe("reading what answers wrongly", function () {
  this.timeout(300_000);
  const root = mkdtempSync(join(tmpdir(), "reading-story-"));
  let sandbox: RunningSandbox;
  let middle: Awaited<ReturnType<typeof startMiddle>>;
  let untroubled: Run;

  before(async () => {
    sandbox = await startSandbox({ ...handedIn, folder: join(root, "sandbox"), port: 0, accounts: 1 });
    middle = await startMiddle(sandbox.endpoint);
    untroubled = await run();
    expect(untroubled.collected.code, untroubled.collected.stderr).to.equal(0);
    expect(untroubled.outcomes).to.have.length(5);
  });
  after(async () => {
    middle.close();
    await sandbox.stop();
    rmSync(root, { recursive: true });
  });

  interface Run {
    collected: Answer;
    outcomes: Outcome[];
    verdicts: Verdict[];
  }

  /** Collects into a folder of its own, verifies it and asks the controls. */
  async function run(): Promise<Run> {
    const folder = mkdtempSync(join(root, "evidence-"));
    const env = {
      ...cleanEnvironment({}),
      AWS_ENDPOINT_URL: middle.endpoint,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: MEMBER,
      AWS_SECRET_ACCESS_KEY: "sandbox",
      XDG_CONFIG_HOME: join(root, "config"),
    };
    const collected = await itaudit(["collect", "--dir", folder, "--out", `${folder}.html`, ...READ], env);
    const key = join(root, "config/audit-ecosystem/desk-key.pub.pem");
    const verified = await itaudit(["verify", "--all", "--dir", folder, "--public-key", key], env);
    expect(verified.code, verified.stdout + verified.stderr).to.equal(0);
    const { code, stdout, stderr } = await itaudit(["controls", "--dir", folder, "--verdicts", "--json"], env);
    expect(code, stderr).to.equal(1);
    const outcomes = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((each) => /outcomes\/[^/]+\.json$/.test(each))
      .flatMap((each): Outcome[] => JSON.parse(readFileSync(join(folder, each), "utf8")).outcomes);
    return {
      collected,
      outcomes,
      verdicts: stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    };
  }

  const isOf =
    ({ auditor, region }: Place) =>
    (outcome: Outcome): boolean =>
      outcome.auditor === auditor && outcome.region === region;
  const nameOf = ({ control, region, resource }: Verdict): string =>
    [control, region, resource?.arn ?? resource?.resource_id].join(" ");
  const sayings = (verdicts: readonly Verdict[]): Map<string, string> =>
    new Map(verdicts.map((each) => [nameOf(each), each.status]));

  for (const { what, fault, places = SPOILT, met } of CASES)
    it(`${met.status === "collected" ? "gets over" : "does not believe"} ${what}`, async () => {
      middle.spoil(new Map(places.map(({ region, operation }) => [`${region} ${operation}`, fault])));
      const { collected, outcomes, verdicts } = await run();
      expect(collected.code, collected.stderr).to.equal(met.status === "collected" ? 0 : 2);
      expect(outcomes).to.have.length(5);
      for (const outcome of outcomes) {
        const place = places.find((each) => isOf(each)(outcome));
        if (place) expectMet(outcome, place, met);
        else expect(outcome, outcome.auditor).to.deep.include({ status: "collected", errors: [], retries: 0 });
      }
      await expectVerdicts(verdicts, places, met);
    });

  function expectMet(
    outcome: Outcome,
    { type, operation }: Place,
    { status, error, note, kept, retries = 0 }: Met,
  ): void {
    const of = `${type}: ${JSON.stringify(outcome.errors)}`;
    const { [type]: count, ...others } = outcome.counts;
    const { [type]: all, ...usual } = untroubled.outcomes.find(
      (each) => each.auditor === outcome.auditor && each.region === outcome.region,
    )!.counts;
    expect(outcome, of).to.include({ status, retries });
    expect(typeStatus(outcome, type), of).to.equal(status);
    expect(count, of).to.equal(kept === "all" ? all : kept === "unread" ? undefined : kept);
    expect(others, of).to.deep.equal(usual);
    expect(outcome.errors, of).to.have.length(error ? 1 : 0);
    if (error) {
      const { code, message = /./, ...exactly } = error;
      expect(outcome.errors[0], of).to.include({
        ...{ operation, resource_type: type, incomplete: "resources", status, times: 1 },
        ...exactly,
      });
      expect(outcome.errors[0]!.code).to.match(code);
      expect(outcome.errors[0]!.message).to.match(message);
    }
    const notes = (outcome.notes ?? []).map(({ message: _message, ...each }) => each);
    expect(notes, of).to.deep.equal(note ? [{ operation, resource_type: type, ...note }] : []);
  }

  /**
   * A verdict is the one of the run without trouble, or not known where something is unread; and of a place whose
   * listing is unread nothing is said but that it is not known.
   */
  async function expectVerdicts(verdicts: readonly Verdict[], places: readonly Place[], { kept }: Met): Promise<void> {
    const [usual, now] = [untroubled.verdicts, verdicts].map(sayings) as [Map<string, string>, Map<string, string>];
    if (kept === "all") return void expect(now).to.deep.equal(usual);
    const controls = await loadControls();
    const asPlaces = new Set(
      places.flatMap(({ type, region }) =>
        controls.filter(({ resource }) => resource === type).map(({ id }) => `${id} ${region} `),
      ),
    );
    expect(asPlaces).not.to.be.empty;
    // The children of what was deleted are no more: that there are none is AWS's word.
    for (const name of asPlaces) expect(now.get(name), name).to.equal(kept === 0 ? "not-applicable" : "unknown");
    for (const verdict of verdicts) {
      const name = nameOf(verdict);
      if (asPlaces.has(name) || verdict.status === usual.get(name)) continue;
      expect(verdict.status, name).to.equal("unknown");
      expect(places.map(({ region }) => region as string)).to.include(verdict.region);
    }
  }

  for (const [what, minutes, from] of [
    ["20 minutes behind from the start", -20, undefined],
    ["set while it is read", 20, "ListTaskDefinitions"],
  ] as const)
    it(`signs by AWS's clock where this machine's differs: AWS's is ${what}`, async () => {
      let begun = from === undefined;
      middle.spoil(new Map(), ({ operation }) => {
        begun ||= operation === from;
        return begun ? minutes * MINUTE : 0;
      });
      const { collected, outcomes, verdicts } = await run();
      expect(collected.code, collected.stderr).to.equal(0);
      const codes = outcomes.flatMap(({ notes = [] }) => notes.map(({ code }) => code));
      expect(codes).to.deep.equal(outcomes.map(() => "ClockSkew"));
      expect(outcomes.map(({ status, errors }) => [status, errors])).to.deep.equal(
        untroubled.outcomes.map(() => ["collected", []]),
      );
      expect(sayings(verdicts)).to.deep.equal(sayings(untroubled.verdicts));
    });
});
