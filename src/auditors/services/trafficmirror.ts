import {
  DescribeTrafficMirrorFiltersCommand,
  DescribeTrafficMirrorSessionsCommand,
  DescribeTrafficMirrorTargetsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";
import { ec2Arn } from "./ec2Arn.ts";

const { from, list } = reads("ec2");
const tags = inline("Tags");
const onlyWithFilter: OnlyWith = {
  type: "AWS::EC2::TrafficMirrorFilter",
  because: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTrafficMirrorFilter.html",
};

/** Traffic Mirroring: whose traffic is copied, and where to. */
export const trafficmirror: Service = {
  name: "trafficmirror",
  title: "Traffic Mirroring: whose traffic is copied, which of it, and where to",
  client: EC2Client,
  collectors: [
    list("AWS::EC2::TrafficMirrorSession", from(DescribeTrafficMirrorSessionsCommand, "TrafficMirrorSessions"), {
      onlyWith: onlyWithFilter,
      id: "TrafficMirrorSessionId",
      arn: ec2Arn("traffic-mirror-session", "TrafficMirrorSessionId"),
      tags,
    }),
    list("AWS::EC2::TrafficMirrorTarget", from(DescribeTrafficMirrorTargetsCommand, "TrafficMirrorTargets"), {
      id: "TrafficMirrorTargetId",
      arn: ec2Arn("traffic-mirror-target", "TrafficMirrorTargetId"),
      tags,
    }),
    list("AWS::EC2::TrafficMirrorFilter", from(DescribeTrafficMirrorFiltersCommand, "TrafficMirrorFilters"), {
      id: "TrafficMirrorFilterId",
      arn: ec2Arn("traffic-mirror-filter", "TrafficMirrorFilterId"),
      tags,
    }),
  ],
};
