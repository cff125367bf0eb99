import {
  ApiGatewayV2Client,
  GetApiMappingsCommand,
  GetApisCommand,
  GetAuthorizersCommand,
  GetDomainNamesCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  GetStagesCommand,
  GetVpcLinksCommand,
} from "@aws-sdk/client-apigatewayv2";
import { inline, reads, type Service } from "../collector.ts";
import { gets } from "./apigatewayResources.ts";

const { from, under, list, detail } = reads("apigateway");
const apis = from(GetApisCommand, "Items", gets("/apis"));
const ofApi = { ApiId: "ApiId" } as const;
const tags = inline("Tags");

/** API Gateway, second generation: HTTP and WebSocket APIs. */
export const apigatewayv2: Service = {
  name: "apigatewayv2",
  title: "API Gateway HTTP and WebSocket APIs: routes and their authorization, stages with logging, domains",
  client: ApiGatewayV2Client,
  collectors: [
    list("AWS::ApiGatewayV2::Api", apis, {
      id: "ApiId",
      arn: "arn:{partition}:apigateway:{region}::/apis/{ApiId}",
      name: "Name",
      tags,
      notSecret: { ApiKeySelectionExpression: "in which header the key is" },
    }),
    list("AWS::ApiGatewayV2::Stage", under(apis, GetStagesCommand, "Items", ofApi, gets("/apis/*/stages")), {
      id: "{ApiId}|{StageName}",
      arn: "arn:{partition}:apigateway:{region}::/apis/{ApiId}/stages/{StageName}",
      name: "StageName",
      tags,
      redact: ["StageVariables"],
    }),
    list("AWS::ApiGatewayV2::Route", under(apis, GetRoutesCommand, "Items", ofApi, gets("/apis/*/routes")), {
      id: "{ApiId}|{RouteId}",
      arn: "arn:{partition}:apigateway:{region}::/apis/{ApiId}/routes/{RouteId}",
      name: "RouteKey",
      notSecret: { RequestParameters: "which parameters are required" },
    }),
    list(
      "AWS::ApiGatewayV2::Integration",
      under(apis, GetIntegrationsCommand, "Items", ofApi, gets("/apis/*/integrations")),
      {
        id: "{ApiId}|{IntegrationId}",
        arn: "arn:{partition}:apigateway:{region}::/apis/{ApiId}/integrations/{IntegrationId}",
        // What is sent along with every call often is a key of the system behind.
        redact: ["RequestParameters", "RequestTemplates", "ResponseParameters"],
      },
    ),
    list(
      "AWS::ApiGatewayV2::Authorizer",
      under(apis, GetAuthorizersCommand, "Items", ofApi, gets("/apis/*/authorizers")),
      {
        id: "{ApiId}|{AuthorizerId}",
        arn: "arn:{partition}:apigateway:{region}::/apis/{ApiId}/authorizers/{AuthorizerId}",
        name: "Name",
      },
    ),
    list("AWS::ApiGatewayV2::DomainName", from(GetDomainNamesCommand, "Items", gets("/domainnames")), {
      id: "DomainName",
      arn: "DomainNameArn",
      tags,
      details: [detail(GetApiMappingsCommand, { DomainName: "DomainName" }, gets("/domainnames/*/apimappings"))],
    }),
    list("AWS::ApiGatewayV2::VpcLink", from(GetVpcLinksCommand, "Items", gets("/vpclinks")), {
      id: "VpcLinkId",
      arn: "arn:{partition}:apigateway:{region}::/vpclinks/{VpcLinkId}",
      name: "Name",
      tags,
    }),
  ],
};
