import { Readable } from "node:stream";
import type { Sandbox } from "./core.ts";

/** What an SDK client hands to its `requestHandler`, as far as the sandbox looks at it. */
interface HttpRequest {
  method: string;
  hostname: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}
interface HttpResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: Readable | Uint8Array;
}

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === "string") return Buffer.from(body, "utf8");
  // A view of its own: the SDK gives its bodies methods that warn.
  if (body instanceof Uint8Array) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** How the door spends time; a simulation gives its own. */
export interface DoorOptions {
  /** Resolves after so many milliseconds. Default: the real ones. */
  wait?: (ms: number) => Promise<void>;
  /** Milliseconds after which a client gives up on an answer that never comes. */
  requestTimeout?: number;
}

const realWait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const problem = (name: string, message: string, code: string) => Object.assign(new Error(message), { name, code });

/**
 * The sandbox's door for SDK clients of the same process: no HTTP, no waiting but for scripted faults.
 * `new S3Client({ requestHandler: inProcess(sandbox), region, credentials })`; the credentials' access key id says
 * who calls, as it does over HTTP.
 * @see https://github.com/smithy-lang/smithy-typescript the interface HttpHandler
 */
export const inProcess = (
  { handle }: Pick<Sandbox, "handle">,
  { wait = realWait, requestTimeout = 30_000 }: DoorOptions = {},
) => ({
  metadata: { handlerProtocol: "http/1.1" },
  async handle(
    request: HttpRequest,
    { abortSignal }: { abortSignal?: AbortSignal | undefined } = {},
  ): Promise<{ response: HttpResponse }> {
    abortSignal?.throwIfAborted();
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(request.query ?? {}))
      for (const each of Array.isArray(value) ? value : [value]) query.append(key, each ?? "");
    const headers: Record<string, string> = { host: request.hostname };
    for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
    const answer = await handle({
      method: request.method,
      path: request.path,
      query,
      headers,
      body: await bytesOf(request.body),
    });
    const delay = answer.lost === "silent" ? requestTimeout : (answer.after ?? 0);
    if (delay) await aborted(wait(Math.min(delay, requestTimeout)), abortSignal);
    if (delay >= requestTimeout) throw problem("TimeoutError", `no answer within ${requestTimeout} ms`, "ETIMEDOUT");
    if (answer.lost) throw problem("Error", "read ECONNRESET", "ECONNRESET");
    // An object's content is a stream to the SDK; other answers it takes as they are, which is quicker.
    const streamed = request.method === "GET" && answer.headers["content-type"] !== "application/xml";
    return {
      response: {
        statusCode: answer.status,
        headers: answer.headers,
        body: streamed ? Readable.from([answer.body]) : answer.body,
      },
    };
  },
  updateHttpClientConfig(): void {},
  httpHandlerConfigs: () => ({}),
  destroy(): void {},
});

/** Waits, unless the caller gives up before. */
async function aborted(waiting: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return waiting;
  let stop = () => {};
  const given = new Promise<never>((_resolve, reject) => {
    stop = () => reject(problem("AbortError", "Request aborted", "ABORT_ERR"));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([waiting, given]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
