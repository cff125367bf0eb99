import {
  GetAccountCommand,
  GetConfigurationSetCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetEmailIdentityCommand,
  ListConfigurationSetsCommand,
  ListEmailIdentitiesCommand,
  SESv2Client,
} from "@aws-sdk/client-sesv2";
import { inline, reads, type Service } from "../collector.ts";

const { from, list, detail, describe } = reads("ses");

/** SES: who may send mail in whose name, signed and encrypted how. */
export const ses: Service = {
  name: "ses",
  title: "SES: who may send mail in whose name, signed and encrypted how",
  client: SESv2Client,
  collectors: [
    list("AWS::SES::Account", from(GetAccountCommand), { redact: ["Details.AdditionalContactEmailAddresses"] }),
    list("AWS::SES::EmailIdentity", from(ListEmailIdentitiesCommand, "EmailIdentities"), {
      id: "IdentityName",
      arn: "arn:{partition}:ses:{region}:{account}:identity/{IdentityName}",
      describe: describe(GetEmailIdentityCommand, { EmailIdentity: "IdentityName" }),
      tags: inline("Tags"),
      notSecret: { "DkimAttributes.Tokens": "names of records that anyone reads in the DNS" },
    }),
    list(
      "AWS::SES::ConfigurationSet",
      from(ListConfigurationSetsCommand, "ConfigurationSets", { as: "ConfigurationSetName" }),
      {
        id: "ConfigurationSetName",
        arn: "arn:{partition}:ses:{region}:{account}:configuration-set/{ConfigurationSetName}",
        describe: describe(GetConfigurationSetCommand, { ConfigurationSetName: "ConfigurationSetName" }),
        tags: inline("Tags"),
        details: [
          detail(GetConfigurationSetEventDestinationsCommand, { ConfigurationSetName: "ConfigurationSetName" }),
        ],
      },
    ),
  ],
};
