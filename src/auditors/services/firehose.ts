import { DescribeDeliveryStreamCommand, FirehoseClient, ListDeliveryStreamsCommand } from "@aws-sdk/client-firehose";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, describe } = reads("firehose");

/** Destinations in front of which records can be processed. */
const PROCESSING = [
  "ExtendedS3",
  "Redshift",
  "Elasticsearch",
  "Amazonopensearchservice",
  "AmazonOpenSearchServerless",
  "Splunk",
  "HttpEndpoint",
  "Snowflake",
  "Iceberg",
] as const;
/** What can take its credentials from Secrets Manager. */
const WITH_SECRET = [
  "Destinations.RedshiftDestinationDescription",
  "Destinations.SplunkDestinationDescription",
  "Destinations.HttpEndpointDestinationDescription",
  "Destinations.SnowflakeDestinationDescription",
  "Source.DatabaseSourceDescription.DatabaseSourceAuthenticationConfiguration",
] as const;

/** Data Firehose: what is delivered where, and under which key. */
export const firehose: Service = {
  name: "firehose",
  title: "Data Firehose: what is delivered where, and under which key",
  client: FirehoseClient,
  collectors: [
    list(
      "AWS::KinesisFirehose::DeliveryStream",
      from(ListDeliveryStreamsCommand, "DeliveryStreamNames", {
        as: "DeliveryStreamName",
        page: {
          tokens: [["ExclusiveStartDeliveryStreamName", "DeliveryStreamName"]],
          more: "HasMoreDeliveryStreams",
          lastItem: true,
        },
        input: { Limit: 100 },
      }),
      {
        id: "DeliveryStreamName",
        arn: "DeliveryStreamARN",
        describe: describe(
          DescribeDeliveryStreamCommand,
          { DeliveryStreamName: "DeliveryStreamName" },
          "DeliveryStreamDescription",
        ),
        tags: taggingApi("firehose:deliverystream"),
        redact: [
          "Destinations.SplunkDestinationDescription.HECToken",
          "Destinations.HttpEndpointDestinationDescription.RequestConfiguration.CommonAttributes",
        ],
        notSecret: {
          ...Object.fromEntries(
            PROCESSING.map((kind) => [
              `Destinations.${kind}DestinationDescription.ProcessingConfiguration.Processors.Parameters`,
              "how records are cut, buffered and handed to a function",
            ]),
          ),
          ...Object.fromEntries(
            WITH_SECRET.map((path) => [
              `${path}.SecretsManagerConfiguration`,
              "the ARN of a secret, and not the secret",
            ]),
          ),
        },
      },
    ),
  ],
};
