import { Readable } from "node:stream";
import { realSystem, type System } from "../../simulation/simulate.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";

/** A request and an answer as they pass between an SDK client and its handler. */
interface Request {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: unknown;
}
interface Answer {
  statusCode: number;
  headers: Record<string, string>;
  body: Readable | Uint8Array;
}
type Send = (request: Request) => Promise<Answer>;

/** The real system, with something between its clients and AWS: `make` is called once for each instance. */
export const between =
  (functions: RegExp, make: () => (request: Request, send: Send) => Promise<Answer>): System =>
  (name, runtime) => {
    if (!functions.test(name)) return realSystem(name, runtime);
    const pass = make();
    const client: Runtime["client"] = (waits) => {
      const options = runtime.client(waits);
      const door = options.requestHandler as unknown as {
        handle: (request: Request, options: unknown) => Promise<{ response: Answer }>;
      };
      const handle = async (request: Request, more: unknown) => ({
        response: await pass(request, async (each) => (await door.handle(each, more)).response),
      });
      return { ...options, requestHandler: { ...door, handle } as unknown as typeof options.requestHandler };
    };
    return realSystem(name, { ...runtime, client });
  };

const actionOf = ({ body }: Request): string => /(?:^|&)Action=(\w+)/.exec(String(body ?? ""))?.[1] ?? "";
const unconditional = (request: Request): Request => ({
  ...request,
  headers: Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== "if-none-match"),
  ),
});
const xml = (text: string): Answer => ({
  statusCode: 200,
  headers: { "content-type": "text/xml" },
  body: Buffer.from(text),
});
export const done = (statusCode: number): Answer => ({ statusCode, headers: {}, body: new Uint8Array() });

async function chunksOf({ body }: Answer): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of body instanceof Uint8Array ? Readable.from([body]) : body)
    chunks.push(Buffer.from(chunk as Uint8Array));
  return chunks;
}

/** Functions that find every group of a run finished, whatever is out: each of their commits has the run sealed. */
const believesThatAllIsFinished = between(/get-meta|recorder|boss/, () => async (request, send) => {
  const answer = await send(request);
  if (request.method !== "GET" || !JSON.stringify(request).includes("finished")) return answer;
  const mark = "<Contents><Key>finished</Key><Size>2</Size></Contents>";
  const text = Buffer.concat(await chunksOf(answer)).toString();
  return {
    ...answer,
    body: Buffer.from(text.replace("</ListBucketResult>", `${mark.repeat(999)}</ListBucketResult>`)),
  };
});

/** What could be wrong with the system, one thing each. The simulation has to notice every one of them. */
export const broken: Record<string, System> = {
  "commits are not conditional": between(
    /get-meta|recorder/,
    () => (request, send) => send(request.path.includes("/outcomes/") ? unconditional(request) : request),
  ),
  "manifest and place in the chain are not written conditionally, and no sealer waits for another": between(
    /sealer/,
    () => async (request, send) => {
      if (!request.path.includes("/sealing/")) return send(request.method === "PUT" ? unconditional(request) : request);
      return request.method === "PUT" ? done(200) : send(request);
    },
  ),
  "attempts share the names of their objects": (name, runtime) =>
    realSystem(name, name.startsWith("get-meta") ? { ...runtime, random: () => 0.5 } : runtime),
  "what a task handed over is not started again after a kill": between(/get-meta|recorder/, () => {
    let found: string | undefined;
    return async (request, send) => {
      const task = /outcomes\/(.*)\.json/.exec(request.path)?.[1];
      if (found && request.method === "POST" && request.path.includes("get-meta")) return done(202);
      const answer = await send(request);
      if (task === undefined || request.method !== "GET") return answer;
      if (answer.statusCode === 200) found = task;
      // What it handed over is looked for as well before it is started.
      else if (!found || !task.startsWith(`${found}.`)) found = undefined;
      return answer;
    };
  }),
  "a follow-up task starts from the beginning": (name, runtime) => {
    const handler = realSystem(name, runtime);
    return (event, context) => {
      const { task } = event as { task?: { begun?: { cursors: object }[] } };
      for (const begun of task?.begun ?? []) begun.cursors = {};
      return handler(event, context);
    };
  },
  "AccessDenied is taken for an empty list": between(/get-meta/, () => async (request, send) => {
    const answer = await send(request);
    const action = actionOf(request);
    if (answer.statusCode !== 403 || !action.startsWith("Describe")) return answer;
    return xml(`<${action}Response><${action}Result></${action}Result></${action}Response>`);
  }),
  "the last page is lost": between(/get-meta/, () => async (request, send) => {
    const answer = await send(request);
    if (answer.statusCode !== 200 || !actionOf(request).startsWith("Describe")) return answer;
    return xml(
      Buffer.from(answer.body as Uint8Array)
        .toString()
        .replace(/<Marker>\d+<\/Marker>/, ""),
    );
  }),
  "a resource gets the tags of another one": between(/get-meta/, () => {
    let first: Answer | undefined;
    return async (request, send) => {
      const answer = await send(request);
      if (answer.statusCode !== 200 || actionOf(request) !== "ListTagsForResource") return answer;
      first ??= answer;
      return first;
    };
  }),
  "a resource gets the tags of another account's resource": between(/get-meta/, () => {
    let first: { key: string; answer: Answer } | undefined;
    return async (request, send) => {
      const answer = await send(request);
      if (answer.statusCode !== 200 || actionOf(request) !== "ListTagsForResource") return answer;
      const key = /Credential=(\w+)/.exec(request.headers.authorization ?? "")![1]!;
      first ??= { key, answer };
      return key === first.key ? answer : first.answer;
    };
  }),
  "a run is sealed before its last outcome": (name, runtime) => {
    if (name !== "sealer") return believesThatAllIsFinished(name, runtime);
    const late = () => runtime.now() + 3 * 3_600_000;
    const handler = realSystem(name, { ...runtime, now: late });
    return (event, context) => handler({ ...(event as object), incomplete: { requested_by: "nobody" } }, context);
  },
  "a sealer that died keeps all others away": between(/sealer/, () => {
    let number = 0;
    return async (request, send) => {
      const ofHold = request.path.includes("/sealing/");
      if (ofHold && request.method === "PUT") number = Number(/(\d+)\.json/.exec(request.path)![1]);
      if (!ofHold || request.method !== "GET") return send(request);
      const body = Buffer.from(JSON.stringify({ holder: `dead ${number}`, expiresAt: Number.MAX_SAFE_INTEGER }));
      return { statusCode: 200, headers: {}, body: Readable.from([body]) };
    };
  }),
  "the manifest is not signed": between(/sealer/, () => async (request, send) => {
    const isSignature = request.method === "PUT" && request.path.endsWith("/manifest.sig");
    return isSignature ? done(200) : send(request);
  }),
  "an object that could not be written counts as written": between(/get-meta/, () => async (request, send) => {
    const answer = await send(request);
    const ofEvidence = request.method === "PUT" && request.path.includes("/resource_type");
    return ofEvidence && answer.statusCode >= 400 ? done(200) : answer;
  }),
  "a closed account is left out of the plan": between(/boss/, () => async (request, send) => {
    const answer = await send(request);
    if (!/GetParameter/.test(request.headers["x-amz-target"] ?? "")) return answer;
    return {
      ...answer,
      body: Buffer.from(
        Buffer.concat(await chunksOf(answer))
          .toString()
          .replace(/,\d{12}/, ""),
      ),
    };
  }),
};
