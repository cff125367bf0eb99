/** A request as any door hands it over. */
export interface WireRequest {
  method: string;
  /** Without the query string; percent-encoded as it came. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
}
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
  /** Milliseconds that the answer is on its way; the door waits for them. */
  after?: number;
  /** The answer does not arrive: the door cuts the connection, or leaves it open for ever. */
  lost?: "reset" | "silent";
}

/** A structure with the SDK's member names. */
export type Values = Record<string, unknown>;

export const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");
