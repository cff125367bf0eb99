/** Facts that a refresh script has packed: JSON, compressed with brotli, as base64. Exports: {@link unpack}. */
import { brotliDecompressSync } from "node:zlib";

/** The facts of a file below `data/`; what they look like is the word of the script that wrote them. */
export const unpack = <T>({ data }: { data: string }): T =>
  JSON.parse(brotliDecompressSync(Buffer.from(data, "base64")).toString("utf8")) as T;
