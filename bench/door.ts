/** A request as an SDK client hands it to its `requestHandler`. */
export interface Request {
  method: string;
  hostname: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  text: () => string;
}

/** What AWS answers: status 200 unless it says otherwise. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

/**
 * An AWS that costs next to nothing, for measuring the rest: every request is answered by a function of this process,
 * each after so many milliseconds. `new S3Client({ requestHandler: door(answer) })`.
 */
export const door = (answer: (request: Request) => Answer, latencyMs = 0) => ({
  metadata: { handlerProtocol: "http/1.1" },
  async handle({ body: sent = "", ...request }: Omit<Request, "text"> & { body?: string | Uint8Array }) {
    // Bytes of its own: those of the SDK warn when they are taken for a string.
    const text = () =>
      typeof sent === "string" ? sent : Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength).toString();
    const { method, hostname, path, query, headers: given } = request;
    const asked = { method, hostname, path, headers: given, text, ...(query ? { query } : {}) };
    const { status = 200, headers = {}, body = "" } = answer(asked);
    if (latencyMs) await new Promise((resolve) => setTimeout(resolve, latencyMs));
    return { response: { statusCode: status, headers, body: Buffer.from(body) } };
  },
  updateHttpClientConfig(): void {},
  httpHandlerConfigs: () => ({}),
  destroy(): void {},
});
