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

/**
 * The sandbox's door for SDK clients of the same process: no HTTP, no waiting.
 * `new S3Client({ requestHandler: inProcess(sandbox), region, credentials })`; the credentials' access key id says
 * who calls, as it does over HTTP.
 * @see https://github.com/smithy-lang/smithy-typescript the interface HttpHandler
 */
export const inProcess = ({ handle }: Pick<Sandbox, "handle">) => ({
  metadata: { handlerProtocol: "http/1.1" },
  async handle(request: HttpRequest): Promise<{ response: HttpResponse }> {
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
