import * as sdk from "@aws-sdk/client-ssm";
import type { Providers } from "./provider.ts";

/** Parameters. */
export const ssmProviders: Providers = {
  "aws:ssm/parameter:Parameter": async ({ name, type, value, description }, _name, to) => {
    await to.client(sdk.SSMClient).send(
      new sdk.PutParameterCommand({
        Name: name,
        Type: type,
        Value: value,
        Description: description,
        Overwrite: true,
      }),
    );
    return { id: name, state: { arn: `arn:aws:ssm:${to.region}:${to.account}:parameter${name}` } };
  },
};
