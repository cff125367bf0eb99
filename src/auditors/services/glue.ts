import {
  GetConnectionsCommand,
  GetCrawlersCommand,
  GetDatabasesCommand,
  GetDataCatalogEncryptionSettingsCommand,
  GetDevEndpointsCommand,
  GetJobsCommand,
  GetMLTransformsCommand,
  GetResourcePoliciesCommand,
  GetSecurityConfigurationsCommand,
  GetTriggersCommand,
  GlueClient,
  ListRegistriesCommand,
} from "@aws-sdk/client-glue";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail } = reads("glue");
const arn = "arn:{partition}:glue:{region}:{account}";

/** Glue: the data catalogue, who may use it, and what runs over it. */
export const glue: Service = {
  name: "glue",
  title: "Glue: the data catalogue, who may use it, and what runs over it",
  client: GlueClient,
  collectors: [
    list(
      "AWS::Glue::DataCatalogEncryptionSettings",
      from(GetDataCatalogEncryptionSettingsCommand, "DataCatalogEncryptionSettings"),
      {
        details: [detail(GetResourcePoliciesCommand)],
        notSecret: { ConnectionPasswordEncryption: "whether passwords are encrypted, and under which key" },
      },
    ),
    list("AWS::Glue::Database", from(GetDatabasesCommand, "DatabaseList"), {
      id: "Name",
      arn: `${arn}:database/{Name}`,
      tags: taggingApi("glue:database"),
      redact: ["Parameters"],
    }),
    list("AWS::Glue::Connection", from(GetConnectionsCommand, "ConnectionList", { input: { HidePassword: true } }), {
      id: "Name",
      arn: `${arn}:connection/{Name}`,
      tags: taggingApi("glue:connection"),
      redact: [
        "ConnectionProperties.PASSWORD",
        "ConnectionProperties.ENCRYPTED_PASSWORD",
        "ConnectionProperties.JDBC_CONNECTION_URL",
        "ConnectionProperties.CONNECTION_URL",
        "ConnectionProperties.KAFKA_SASL_PLAIN_PASSWORD",
        "ConnectionProperties.ENCRYPTED_KAFKA_SASL_PLAIN_PASSWORD",
        "ConnectionProperties.KAFKA_SASL_SCRAM_PASSWORD",
        "ConnectionProperties.ENCRYPTED_KAFKA_SASL_SCRAM_PASSWORD",
        "ConnectionProperties.KAFKA_CLIENT_KEYSTORE_PASSWORD",
        "ConnectionProperties.ENCRYPTED_KAFKA_CLIENT_KEYSTORE_PASSWORD",
        "ConnectionProperties.KAFKA_CLIENT_KEY_PASSWORD",
        "ConnectionProperties.ENCRYPTED_KAFKA_CLIENT_KEY_PASSWORD",
        "SparkProperties",
        "AthenaProperties",
        "PythonProperties",
        "AuthenticationConfiguration.OAuth2Properties.TokenUrlParametersMap",
      ],
      notSecret: {
        "AuthenticationConfiguration.OAuth2Properties.TokenUrl": "where tokens are asked for",
        CompatibleComputeEnvironments: "kinds of engines",
      },
    }),
    list("AWS::Glue::Job", from(GetJobsCommand, "Jobs"), {
      id: "Name",
      arn: `${arn}:job/{Name}`,
      tags: taggingApi("glue:job"),
      redact: [
        "DefaultArguments",
        "NonOverridableArguments",
        "CodeGenConfigurationNodes",
        "SourceControlDetails.AuthToken",
      ],
      notSecret: { Command: "where the script is, and in which language" },
    }),
    list("AWS::Glue::Crawler", from(GetCrawlersCommand, "Crawlers"), {
      id: "Name",
      arn: `${arn}:crawler/{Name}`,
      tags: taggingApi("glue:crawler"),
    }),
    list("AWS::Glue::SecurityConfiguration", from(GetSecurityConfigurationsCommand, "SecurityConfigurations"), {
      id: "Name",
    }),
    list("AWS::Glue::DevEndpoint", from(GetDevEndpointsCommand, "DevEndpoints"), {
      id: "EndpointName",
      arn: `${arn}:devEndpoint/{EndpointName}`,
      tags: taggingApi("glue:devEndpoint"),
      redact: ["Arguments"],
      // The older endpoints are closed to accounts that never had one.
      notEnabled: [/^AccessDeniedException: .*operation is currently disabled/],
    }),
    list("AWS::Glue::Trigger", from(GetTriggersCommand, "Triggers"), {
      id: "Name",
      arn: `${arn}:trigger/{Name}`,
      tags: taggingApi("glue:trigger"),
      redact: ["Actions.Arguments"],
    }),
    list("AWS::Glue::MLTransform", from(GetMLTransformsCommand, "Transforms"), {
      id: "TransformId",
      arn: `${arn}:mlTransform/{TransformId}`,
      name: "Name",
      redact: ["InputRecordTables.AdditionalOptions"],
      notSecret: {
        Parameters: "the kind of transform, and its trade between cost and quality",
        TransformEncryption: "modes and keys of encryption",
      },
    }),
    list("AWS::Glue::Registry", from(ListRegistriesCommand, "Registries", { input: { MaxResults: 100 } }), {
      id: "RegistryName",
      arn: "RegistryArn",
      tags: taggingApi("glue:registry"),
    }),
  ],
};
