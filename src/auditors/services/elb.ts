import {
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancerPoliciesCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingClient,
} from "@aws-sdk/client-elastic-load-balancing";
import { reads, type Service, tagsInBatches } from "../collector.ts";

const { from, list, detail, batch } = reads("elasticloadbalancing");
const one = { LoadBalancerName: "LoadBalancerName" } as const;

/** Elastic Load Balancing, first generation: Classic Load Balancers. */
export const elb: Service = {
  name: "elb",
  title: "Classic Load Balancers: listeners, their TLS policies, and logging",
  client: ElasticLoadBalancingClient,
  collectors: [
    list("AWS::ElasticLoadBalancing::LoadBalancer", from(DescribeLoadBalancersCommand, "LoadBalancerDescriptions"), {
      id: "LoadBalancerName",
      arn: "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{LoadBalancerName}",
      tags: tagsInBatches(
        batch(DescribeTagsCommand, 20, { LoadBalancerNames: "LoadBalancerName" }, "TagDescriptions", [
          "LoadBalancerName",
          "LoadBalancerName",
        ]),
        "Tags",
      ),
      details: [detail(DescribeLoadBalancerAttributesCommand, one), detail(DescribeLoadBalancerPoliciesCommand, one)],
    }),
  ],
};
