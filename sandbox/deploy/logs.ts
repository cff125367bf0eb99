import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { type Providers, upsert } from "./provider.ts";

/** Log groups. */
export const logsProviders: Providers = {
  "aws:cloudwatch/logGroup:LogGroup": async ({ name, retentionInDays }, _name, to) => {
    const create = () =>
      to.client(sdk.CloudWatchLogsClient).send(new sdk.CreateLogGroupCommand({ logGroupName: name }));
    await upsert(create, "ResourceAlreadyExistsException");
    await to
      .client(sdk.CloudWatchLogsClient)
      .send(new sdk.PutRetentionPolicyCommand({ logGroupName: name, retentionInDays }));
    return {
      id: name,
      state: { arn: `arn:aws:logs:${to.region}:${to.account}:log-group:${name}` },
    };
  },
};
