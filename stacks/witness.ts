import type * as pulumi from "@pulumi/pulumi";
import { withMandatory } from "../components/mandatory.ts";
import { Witness } from "../components/witness.ts";
import { mandatoryOf } from "./config/mandatory.ts";
import type { ConfigSource } from "./config/value.ts";
import { witnessSettings } from "./config/witness.ts";
import { refuseElsewhere } from "./home.ts";

/** The stack of a witness, in an account that the administrators of the audit account do not have. */
export async function witnessStack(config: ConfigSource): Promise<Record<string, pulumi.Input<unknown>>> {
  const settings = witnessSettings(config);
  const mandatory = mandatoryOf(config);
  await refuseElsewhere(config);
  const witness = new Witness("witness", settings, withMandatory(mandatory));
  return {
    witnessFunctionArn: witness.functionArn,
    witnessVerifierKey: witness.verifierKey,
    witnessStateBucket: witness.stateBucketName,
  };
}
