import { canonicalJson } from "./canonicalJson.ts";

/**
 * What Trino's functions do and DuckDB's SQL cannot say: from UTF-8 bytes to a text, or an error that `TRY` makes null.
 * A macro hands its argument to one of these once: what stands twice in a `TRY`, DuckDB computes outside of it.
 */
export const TRINO_FUNCTIONS: Readonly<Record<string, (bytes: Buffer) => string>> = {
  trino_json: (bytes) => {
    const text = bytes.toString();
    const json = canonicalJson(text);
    if (json === null) throw new Error(`no JSON: ${short(text)}`);
    return json;
  },
  // Trino writes what lies beyond the basic plane as a pair of escapes.
  trino_escaped: (bytes) =>
    bytes.toString().replace(/[\ud800-\udfff]/g, (half) => `\\u${half.charCodeAt(0).toString(16).toUpperCase()}`),
  trino_decoded_url: (bytes) => {
    const text = bytes.toString();
    if (/%(?![0-9a-f]{2})/i.test(text)) throw new Error(`not percent-encoded: ${short(text)}`);
    return text
      .replaceAll("+", " ")
      .replace(/(?:%[0-9a-f]{2})+/gi, (codes) => Buffer.from(codes.replaceAll("%", ""), "hex").toString());
  },
  trino_base64_as_hex: (bytes) => {
    const text = bytes.toString();
    if (!BASE64.test(text)) throw new Error(`no base64: ${short(text)}`);
    return Buffer.from(text, "base64").toString("hex");
  },
  trino_utf8: (bytes) => bytes.toString(),
  trino_time: (bytes) => {
    const text = bytes.toString();
    const [, year, month = "1", day = "1", time, fraction = "", zone = "Z"] = TIME.exec(text) ?? [];
    if (!year) throw new Error(`no time of ISO 8601: ${short(text)}`);
    const date = [year.padStart(4, "0"), month.padStart(2, "0"), day.padStart(2, "0")].join("-");
    return `${date} ${time ? time.padEnd(8, ":00") : "00:00:00"}${fraction.replace(",", ".")}${zone.toUpperCase()}`;
  },
};

/** With its padding, or without any. */
const BASE64 = /^(?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}(?:==)?|[a-z0-9+/]{3}=?)?$/i;
const TIME =
  /^(\d{1,4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[Tt]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)([.,]\d+)?([Zz]|[+-]\d{2}:?\d{2})?)?)?)?$/;

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
