import {
  CognitoIdentityClient,
  DescribeIdentityPoolCommand,
  GetIdentityPoolRolesCommand,
  ListIdentityPoolsCommand,
} from "@aws-sdk/client-cognito-identity";
import { inline, reads, type Service } from "../collector.ts";

const { from, list, detail, describe } = reads("cognito-identity");
const pool = { IdentityPoolId: "IdentityPoolId" } as const;

/** Cognito identity pools: which of AWS's roles strangers and customers are given. */
export const cognitoidentity: Service = {
  name: "cognitoidentity",
  title: "Cognito identity pools: which of AWS's roles strangers and customers are given",
  client: CognitoIdentityClient,
  collectors: [
    list("AWS::Cognito::IdentityPool", from(ListIdentityPoolsCommand, "IdentityPools", { input: { MaxResults: 60 } }), {
      id: "IdentityPoolId",
      arn: "arn:{partition}:cognito-identity:{region}:{account}:identitypool/{IdentityPoolId}",
      name: "IdentityPoolName",
      describe: describe(DescribeIdentityPoolCommand, pool),
      tags: inline("IdentityPoolTags"),
      details: [detail(GetIdentityPoolRolesCommand, pool)],
    }),
  ],
};
