import { extname } from "node:path";
import { deploy as deployProgram, type Program, type Stack } from "../sandbox/deploy/program.ts";
import type { Door } from "../sandbox/deploy/provider.ts";
import type { Registered } from "../sandbox/deploy/registered.ts";

/** The Pulumi program: `index.ts`, or `index.js` where this is the package. */
const PROGRAM = new URL(`../index${extname(import.meta.url)}`, import.meta.url).href;

/** This project's program. Another address is another module, so that it runs anew for each stack. */
const program: Program = {
  project: "audit-ecosystem",
  load: (deployment) => import(`${PROGRAM}?deployment=${deployment}`),
};

/**
 * Runs this project's program for a stack and makes its resources in the sandbox.
 * @param registered is told of each resource
 * @returns the stack's outputs
 */
export const deploy = (
  door: Door,
  region: string,
  stack: Stack,
  registered?: (resource: Registered) => void,
): Promise<Record<string, unknown>> => deployProgram(program, door, region, stack, registered);
