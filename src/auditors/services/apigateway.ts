import {
  APIGatewayClient,
  GetAccountCommand,
  GetAuthorizersCommand,
  GetBasePathMappingsCommand,
  GetClientCertificatesCommand,
  GetDomainNamesCommand,
  GetResourcesCommand,
  GetRestApisCommand,
  GetStagesCommand,
  GetUsagePlansCommand,
  GetVpcLinksCommand,
} from "@aws-sdk/client-api-gateway";
import { inline, reads, type Service } from "../collector.ts";
import { gets } from "./apigatewayResources.ts";

const { from, under, list, detail } = reads("apigateway");
const restApis = from(GetRestApisCommand, "items", { ...gets("/restapis"), input: { limit: 500 } });
const tags = inline("tags");
const role = "the ARN of a role";

/** API Gateway, first generation: REST APIs, and who may call which of their methods. */
export const apigateway: Service = {
  name: "apigateway",
  title: "API Gateway REST APIs: policies, methods and their authorization, stages with logging, domains",
  client: APIGatewayClient,
  collectors: [
    list("AWS::ApiGateway::RestApi", restApis, {
      id: "id",
      arn: "arn:{partition}:apigateway:{region}::/restapis/{id}",
      name: "name",
      tags,
      notSecret: { apiKeySource: "in which header the key is" },
    }),
    list(
      "AWS::ApiGateway::Stage",
      under(restApis, GetStagesCommand, "item", { restApiId: "id" }, gets("/restapis/*/stages")),
      {
        id: "{restApiId}|{stageName}",
        arn: "arn:{partition}:apigateway:{region}::/restapis/{restApiId}/stages/{stageName}",
        name: "stageName",
        tags,
        redact: ["variables", "canarySettings.stageVariableOverrides"],
      },
    ),
    list(
      "AWS::ApiGateway::Resource",
      under(
        restApis,
        GetResourcesCommand,
        "items",
        { restApiId: "id", embed: ["methods"], limit: 500 },
        gets("/restapis/*/resources", "/restapis/*/resources/*"),
      ),
      {
        id: "{restApiId}|{id}",
        arn: "arn:{partition}:apigateway:{region}::/restapis/{restApiId}/resources/{id}",
        name: "path",
        // What is sent along with every call often is a key of the system behind.
        redact: [
          "resourceMethods.*.methodIntegration.requestParameters",
          "resourceMethods.*.methodIntegration.requestTemplates",
          "resourceMethods.*.methodIntegration.integrationResponses.*.responseParameters",
          "resourceMethods.*.methodIntegration.integrationResponses.*.responseTemplates",
        ],
        notSecret: {
          "resourceMethods.*.requestParameters": "which parameters are required",
          "resourceMethods.*.methodResponses.*.responseParameters": "which headers are answered",
          "resourceMethods.*.methodIntegration.cacheKeyParameters": "names of parameters",
          "resourceMethods.*.methodIntegration.credentials": role,
        },
      },
    ),
    list(
      "AWS::ApiGateway::Authorizer",
      under(restApis, GetAuthorizersCommand, "items", { limit: 500, restApiId: "id" }, gets("/restapis/*/authorizers")),
      {
        id: "{restApiId}|{id}",
        arn: "arn:{partition}:apigateway:{region}::/restapis/{restApiId}/authorizers/{id}",
        name: "name",
        notSecret: { authorizerCredentials: role },
      },
    ),
    list(
      "AWS::ApiGateway::DomainName",
      from(GetDomainNamesCommand, "items", { ...gets("/domainnames"), input: { limit: 500 } }),
      {
        id: "domainName",
        arn: "domainNameArn",
        tags,
        details: [
          detail(
            GetBasePathMappingsCommand,
            { domainName: "domainName", domainNameId: "domainNameId" },
            gets("/domainnames/*/basepathmappings"),
          ),
        ],
      },
    ),
    list(
      "AWS::ApiGateway::UsagePlan",
      from(GetUsagePlansCommand, "items", { ...gets("/usageplans"), input: { limit: 500 } }),
      {
        id: "id",
        arn: "arn:{partition}:apigateway:{region}::/usageplans/{id}",
        name: "name",
        tags,
      },
    ),
    list(
      "AWS::ApiGateway::VpcLink",
      from(GetVpcLinksCommand, "items", { ...gets("/vpclinks"), input: { limit: 500 } }),
      {
        id: "id",
        arn: "arn:{partition}:apigateway:{region}::/vpclinks/{id}",
        name: "name",
        tags,
      },
    ),
    list(
      "AWS::ApiGateway::ClientCertificate",
      from(GetClientCertificatesCommand, "items", { ...gets("/clientcertificates"), input: { limit: 500 } }),
      {
        id: "clientCertificateId",
        arn: "arn:{partition}:apigateway:{region}::/clientcertificates/{clientCertificateId}",
        tags,
      },
    ),
    list("AWS::ApiGateway::Account", from(GetAccountCommand, gets("/account"))),
  ],
};
