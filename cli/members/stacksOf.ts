import { LambdaClient } from "@aws-sdk/client-lambda";
import { loadOutlines } from "../../stacks/outlines.ts";
import { CliError } from "../cliError.ts";
import { accountsOf, deployedSystem } from "../deployedSystem.ts";
import { deployedConfig } from "../examination.ts";
import { type MemberStack, memberStacks } from "./memberStack.ts";

/**
 * The member accounts' stacks of a deployed system.
 * @throws CliError when there is no such system, or an account is named that is not of it
 */
export async function stacksOf(request: {
  prefix: string;
  accounts?: string[] | undefined;
  through: string;
  config: Record<string, string>;
}): Promise<MemberStack[]> {
  const lambda = new LambdaClient({});
  const system = await deployedSystem(lambda, request.prefix);
  const [{ accounts: listed }, deployed] = await Promise.all([accountsOf(system), deployedConfig(lambda, system)]);
  const strangers = (request.accounts ?? []).filter((id) => !listed.includes(id));
  if (strangers.length)
    throw new CliError(`--accounts: ${strangers.join(", ")} not among the ${listed.length} that are audited`);
  const loaded = await loadOutlines(deployed.auditors, deployed.undeclared);
  const { through, config } = request;
  return memberStacks({ system, deployed, loaded, accounts: request.accounts ?? listed, through, config });
}
