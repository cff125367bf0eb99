import {
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
  GetUserPoolMfaConfigCommand,
  ListGroupsCommand,
  ListIdentityProvidersCommand,
  ListResourceServersCommand,
  ListUserPoolClientsCommand,
  ListUserPoolsCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { inline, reads, type Service } from "../collector.ts";

const { from, under, list, detail, describe } = reads("cognito-idp");
const pools = from(ListUserPoolsCommand, "UserPools", { input: { MaxResults: 60 } });
const pool = { UserPoolId: "Id" } as const;

/** Cognito user pools: how customers sign in, and by whom else. Never a customer. */
export const cognito: Service = {
  name: "cognito",
  title: "Cognito user pools: how customers sign in, and by whom else",
  client: CognitoIdentityProviderClient,
  collectors: [
    list("AWS::Cognito::UserPool", pools, {
      id: "Id",
      arn: "Arn",
      name: "Name",
      describe: describe(DescribeUserPoolCommand, pool, "UserPool"),
      tags: inline("UserPoolTags"),
      details: [detail(GetUserPoolMfaConfigCommand, pool)],
      notSecret: {
        "LambdaConfig.PreTokenGeneration": "the ARN of a function",
        "LambdaConfig.PreTokenGenerationConfig": "the ARN of a function",
        "Policies.PasswordPolicy": "how long and how varied passwords are",
        "GetUserPoolMfaConfig.SoftwareTokenMfaConfiguration": "whether",
      },
    }),
    // A client in full has its secret in it, and so has a provider: what the lists say is what is read.
    list(
      "AWS::Cognito::UserPoolClient",
      under(pools, ListUserPoolClientsCommand, "UserPoolClients", { ...pool, MaxResults: 60 }),
      { id: "{UserPoolId}|{ClientId}", name: "ClientName" },
    ),
    list(
      "AWS::Cognito::UserPoolIdentityProvider",
      under(pools, ListIdentityProvidersCommand, "Providers", { ...pool, MaxResults: 60 }),
      { id: "{UserPoolId}|{ProviderName}", name: "ProviderName" },
    ),
    list("AWS::Cognito::UserPoolGroup", under(pools, ListGroupsCommand, "Groups", { ...pool, Limit: 60 }), {
      id: "{UserPoolId}|{GroupName}",
      name: "GroupName",
    }),
    list(
      "AWS::Cognito::UserPoolResourceServer",
      under(pools, ListResourceServersCommand, "ResourceServers", { ...pool, MaxResults: 50 }),
      { id: "{UserPoolId}|{Identifier}", name: "Name" },
    ),
  ],
};
