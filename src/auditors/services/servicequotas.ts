import {
  ListAWSDefaultServiceQuotasCommand,
  ListRequestedServiceQuotaChangeHistoryCommand,
  ListServiceQuotasCommand,
  ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import { joinListing, reads, type Service } from "../collector.ts";
import type { Where } from "../paths.ts";

const { from, list } = reads("servicequotas");

/**
 * Services whose quotas bound what an account can grow to or lose: two or three calls each, for the applied quotas and
 * for AWS's own. All services together would be some three hundred calls in each region.
 */
const SERVICES = [
  "autoscaling",
  "cloudformation",
  "dynamodb",
  "ebs",
  "ec2",
  "eks",
  "elasticloadbalancing",
  "fargate",
  "iam",
  "kms",
  "lambda",
  "rds",
  "s3",
  "vpc",
];
const quotas = {
  // IAM's are kept in one region alone: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  input: ({ partition, region }: Where) =>
    SERVICES.filter((code) => code !== "iam" || partition !== "aws" || region === "us-east-1").map((ServiceCode) => ({
      ServiceCode,
    })),
  // So it is in other partitions, whichever that region is.
  none: ["NoSuchResourceException"],
};

/** Service Quotas: which quotas differ from AWS's own, and which were asked to. */
export const servicequotas: Service = {
  name: "servicequotas",
  title: "Service Quotas: which quotas of the main services differ from AWS's own, and which were asked to",
  client: ServiceQuotasClient,
  collectors: [
    list("AWS::ServiceQuotas::RequestedQuota", from(ListRequestedServiceQuotaChangeHistoryCommand, "RequestedQuotas"), {
      id: "Id",
      name: "QuotaName",
    }),
    list("AWS::ServiceQuotas::ServiceQuota", from(ListServiceQuotasCommand, "Quotas", quotas), {
      id: "{ServiceCode}/{QuotaCode}",
      arn: "QuotaArn",
      name: "QuotaName",
      joined: joinListing(from(ListAWSDefaultServiceQuotasCommand, "Quotas", quotas), ["QuotaCode", "QuotaCode"]),
      // One without a default is kept: it cannot be told to be the same.
      only: ({ Value, ListAWSDefaultServiceQuotas: own }) => own?.Value !== Value,
    }),
  ],
};
