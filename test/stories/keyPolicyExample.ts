import { readFileSync } from "node:fs";

/** The key policy of docs/organizations.md, with accounts of a test in place of the page's. */
export function keyPolicyExample(accounts: { keys: string; audit: string }): string {
  const page = readFileSync("docs/organizations.md", "utf8");
  const [, json] = /## Your KMS key\n[\s\S]*?```json\n([\s\S]*?)```/.exec(page) ?? [];
  if (!json) throw new Error("docs/organizations.md has no key policy");
  return json.replaceAll("888888888888", accounts.keys).replaceAll("999999999999", accounts.audit);
}
