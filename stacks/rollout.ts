import type * as pulumi from "@pulumi/pulumi";
import { withMandatory } from "../components/mandatory.ts";
import { MemberRollout } from "../components/memberRollout.ts";
import { mandatoryOf } from "./config/mandatory.ts";
import { rolloutSettings } from "./config/rollout.ts";
import type { ConfigSource } from "./config/value.ts";
import { refuseElsewhere } from "./home.ts";
import { memberArgs } from "./member.ts";

/** The stack, in the management account or a delegated administrator, that gives the role to an organization's accounts. */
export async function rolloutStack(config: ConfigSource): Promise<Record<string, pulumi.Input<unknown>>> {
  const { organizationalUnits, delegatedAdministrator, configRules: _none, ...settings } = rolloutSettings(config);
  const mandatory = mandatoryOf(config);
  await refuseElsewhere(config);
  const { permissionsBoundary } = mandatory;
  const rollout = new MemberRollout(
    "rollout",
    {
      ...(await memberArgs(settings)),
      organizationalUnits,
      delegatedAdministrator,
      permissionsBoundary,
    },
    withMandatory(mandatory),
  );
  return { stackSetName: rollout.stackSetName };
}
