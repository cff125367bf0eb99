import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const VERSIONS = "24.9.0-4.0.2";

/**
 * Node.js and Lambda's runtime interface client, as `.ci/lambda-runtime` has installed them.
 * @returns {{ node: string, client: string } | undefined} undefined where it has not
 */
export function runtimeClient() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const packages = join(cache, "audit-ecosystem", "lambda-runtime", VERSIONS, "node_modules");
  const node = join(packages, "node", "bin", "node");
  const client = join(packages, "aws-lambda-ric", "index.mjs");
  return existsSync(node) && existsSync(join(packages, "aws-lambda-ric", "rapid-client.node"))
    ? { node, client }
    : undefined;
}
