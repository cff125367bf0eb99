import type * as pulumi from "@pulumi/pulumi";
import { withMandatory } from "../components/mandatory.ts";
import { Witness } from "../components/witness.ts";
import { mandatoryOf } from "./config/mandatory.ts";
import type { ConfigSource } from "./config/value.ts";
import { witnessSettings } from "./config/witness.ts";

/** The stack of a witness, in an account that the administrators of the audit account do not have. */
export async function witnessStack(config: ConfigSource): Promise<Record<string, pulumi.Input<unknown>>> {
  const witness = new Witness("witness", witnessSettings(config), withMandatory(mandatoryOf(config)));
  return {
    witnessFunctionArn: witness.functionArn,
    witnessVerifierKey: witness.verifierKey,
    witnessStateBucket: witness.stateBucketName,
  };
}
