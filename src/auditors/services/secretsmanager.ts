import { GetResourcePolicyCommand, ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { inline, reads, type Service } from "../collector.ts";

const { from, list, detail } = reads("secretsmanager");

/** Secrets Manager: which secrets there are, who may read them, and whether they turn. Never what they are. */
export const secretsmanager: Service = {
  name: "secretsmanager",
  title: "Secrets Manager: which secrets there are, who may read them, and whether they turn",
  client: SecretsManagerClient,
  collectors: [
    list("AWS::SecretsManager::Secret", from(ListSecretsCommand, "SecretList"), {
      id: "Name",
      arn: "ARN",
      tags: inline("Tags"),
      details: [detail(GetResourcePolicyCommand, { SecretId: "ARN" })],
      redact: ["ExternalSecretRotationMetadata"],
      notSecret: {
        SecretVersionsToStages: "ids of versions and their labels",
      },
    }),
  ],
};
