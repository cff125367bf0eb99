import {
  DescribeStreamSummaryCommand,
  GetResourcePolicyCommand,
  KinesisClient,
  ListStreamConsumersCommand,
  ListStreamsCommand,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler, type NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import { type ClientConfig, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, under, list, detail } = reads("kinesis");
const streams = from(ListStreamsCommand, "StreamSummaries");

/** The SDK's own choice for Kinesis is HTTP/2, which pays for streaming; this asks a few questions, like every other client. */
class Client extends KinesisClient {
  constructor({ requestHandler, ...config }: ClientConfig) {
    super({ ...config, requestHandler: NodeHttpHandler.create(requestHandler as NodeHttpHandlerOptions) });
  }
}

/** Kinesis Data Streams: streams, who may read them, and how they are encrypted. Never a record. */
export const kinesis: Service = {
  name: "kinesis",
  title: "Kinesis Data Streams: streams, who may read them, and how they are encrypted",
  client: Client,
  collectors: [
    list("AWS::Kinesis::Stream", streams, {
      id: "StreamName",
      arn: "StreamARN",
      tags: taggingApi("kinesis:stream"),
      details: [
        detail(DescribeStreamSummaryCommand, { StreamARN: "StreamARN" }),
        detail(GetResourcePolicyCommand, { ResourceARN: "StreamARN" }),
      ],
    }),
    list(
      "AWS::Kinesis::StreamConsumer",
      under(streams, ListStreamConsumersCommand, "Consumers", { StreamARN: "StreamARN" }),
      {
        id: "ConsumerARN",
        arn: "ConsumerARN",
        name: "ConsumerName",
        details: [detail(GetResourcePolicyCommand, { ResourceARN: "ConsumerARN" })],
      },
    ),
  ],
};
