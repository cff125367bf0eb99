import {
  DescribeAcceleratorAttributesCommand,
  DescribeCustomRoutingAcceleratorAttributesCommand,
  GlobalAcceleratorClient,
  ListAcceleratorsCommand,
  ListCrossAccountAttachmentsCommand,
  ListCustomRoutingAcceleratorsCommand,
  ListEndpointGroupsCommand,
  ListListenersCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-global-accelerator";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail } = reads("globalaccelerator", "us-west-2");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { ResourceArn: "{arn}" }), "Tags");
const accelerators = from(ListAcceleratorsCommand, "Accelerators", { input: { MaxResults: 100 } });
const listeners = under(accelerators, ListListenersCommand, "Listeners", {
  MaxResults: 100,
  AcceleratorArn: "AcceleratorArn",
});
const one = { AcceleratorArn: "AcceleratorArn" } as const;

/** Global Accelerator: addresses that the whole world reaches, and what is behind them. */
export const globalaccelerator: Service = {
  name: "globalaccelerator",
  title: "Global Accelerator: accelerators with their flow logs, listeners, endpoints and sharing",
  client: GlobalAcceleratorClient,
  collectors: [
    list("AWS::GlobalAccelerator::Accelerator", accelerators, {
      id: "AcceleratorArn",
      arn: "AcceleratorArn",
      name: "Name",
      tags,
      details: [detail(DescribeAcceleratorAttributesCommand, one)],
    }),
    list("AWS::GlobalAccelerator::Listener", listeners, { id: "ListenerArn", arn: "ListenerArn" }),
    list(
      "AWS::GlobalAccelerator::EndpointGroup",
      under(listeners, ListEndpointGroupsCommand, "EndpointGroups", { MaxResults: 100, ListenerArn: "ListenerArn" }),
      { id: "EndpointGroupArn", arn: "EndpointGroupArn" },
    ),
    list(
      "AWS::GlobalAccelerator::CustomRoutingAccelerator",
      from(ListCustomRoutingAcceleratorsCommand, "Accelerators", { input: { MaxResults: 100 } }),
      {
        id: "AcceleratorArn",
        arn: "AcceleratorArn",
        name: "Name",
        tags,
        details: [detail(DescribeCustomRoutingAcceleratorAttributesCommand, one)],
      },
    ),
    list(
      "AWS::GlobalAccelerator::CrossAccountAttachment",
      from(ListCrossAccountAttachmentsCommand, "CrossAccountAttachments", { input: { MaxResults: 100 } }),
      { id: "AttachmentArn", arn: "AttachmentArn", name: "Name", tags },
    ),
  ],
};
