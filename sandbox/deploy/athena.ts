import * as sdk from "@aws-sdk/client-athena";
import { type Providers, upsert } from "./provider.ts";

/** The workgroup and the queries saved in it. */
export const athenaProviders: Providers = {
  "aws:athena/workgroup:Workgroup": async ({ name: Name, description: Description, configuration }, _name, to) => {
    const { resultConfiguration } = configuration;
    await upsert(
      () =>
        to.client(sdk.AthenaClient).send(
          new sdk.CreateWorkGroupCommand({
            Name,
            Description,
            Configuration: {
              EnforceWorkGroupConfiguration: configuration.enforceWorkgroupConfiguration,
              PublishCloudWatchMetricsEnabled: configuration.publishCloudwatchMetricsEnabled,
              BytesScannedCutoffPerQuery: configuration.bytesScannedCutoffPerQuery,
              EngineVersion: { SelectedEngineVersion: configuration.engineVersion.selectedEngineVersion },
              ResultConfiguration: {
                OutputLocation: resultConfiguration.outputLocation,
                EncryptionConfiguration: {
                  EncryptionOption: resultConfiguration.encryptionConfiguration.encryptionOption,
                  KmsKey: resultConfiguration.encryptionConfiguration.kmsKeyArn,
                },
              },
            },
          }),
        ),
      "InvalidRequestException",
    );
    return { id: Name, state: { arn: `arn:aws:athena:${to.region}:${to.account}:workgroup/${Name}` } };
  },
  "aws:athena/namedQuery:NamedQuery": async (inputs, _name, to) => {
    const { NamedQueryId } = await to.client(sdk.AthenaClient).send(
      new sdk.CreateNamedQueryCommand({
        Name: inputs.name,
        Description: inputs.description,
        Database: inputs.database,
        QueryString: inputs.query,
        WorkGroup: inputs.workgroup,
      }),
    );
    return { id: NamedQueryId! };
  },
};
