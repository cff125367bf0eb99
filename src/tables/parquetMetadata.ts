import { parquetMetadata } from "hyparquet";

/** A Parquet file's key-value metadata; empty for bytes that are no Parquet file. */
export function readFileMetadata(bytes: Uint8Array): Record<string, string> {
  try {
    const { buffer, byteOffset, byteLength } = bytes;
    const { key_value_metadata = [] } = parquetMetadata(
      buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer,
    );
    return Object.fromEntries(key_value_metadata.map(({ key, value }) => [key, value ?? ""]));
  } catch {
    return {};
  }
}
