import * as pulumi from "@pulumi/pulumi";
import { ineffectiveLines } from "./stacks/config/effect.ts";
import { refuseForeign, refuseUnknown, required } from "./stacks/config/read.ts";
import { ConfigError } from "./stacks/config/value.ts";

const PROJECT = "audit-ecosystem";
/** Each loads what it needs: a member's stack builds no bundles. */
const stacks = {
  audit: () => import("./stacks/audit.ts").then(({ auditStack }) => auditStack),
  member: () => import("./stacks/member.ts").then(({ memberStack }) => memberStack),
  witness: () => import("./stacks/witness.ts").then(({ witnessStack }) => witnessStack),
  rollout: () => import("./stacks/rollout.ts").then(({ rolloutStack }) => rolloutStack),
};

// Pulumi's SDK would keep with each resource where the program made it: the absolute paths of whoever deployed last, in
// a state that others read, and 700 bytes of them a resource.
Object.assign(pulumi.Resource, { stackTrace: () => [] });

/** The Pulumi program: one account's stack, of the kind its configuration says. */
async function program(): Promise<Record<string, unknown>> {
  const config = new pulumi.Config(PROJECT);
  try {
    refuseUnknown(
      Object.keys(pulumi.runtime.allConfig())
        .filter((key) => key.startsWith(`${PROJECT}:`))
        .map((key) => key.slice(PROJECT.length + 1)),
    );
    const kind = required(config, "kind");
    refuseForeign(config, kind);
    for (const line of ineffectiveLines(config, kind)) await pulumi.log.warn(line);
    const outputs = await (await stacks[kind]())(config);
    // Pulumi warns of an output that is undefined.
    return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined));
  } catch (error) {
    // Pulumi shows a RunError's message alone, where it would print the stack of another.
    if (error instanceof ConfigError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

// biome-ignore lint/style/noDefaultExport: Pulumi runs it and takes its answer as the outputs, whatever their names
export default program;
