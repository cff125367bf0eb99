import {
  DescribeListenerAttributesCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  DescribeTrustStoreRevocationsCommand,
  DescribeTrustStoresCommand,
  ElasticLoadBalancingV2Client,
  GetResourcePolicyCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { reads, type Service, tagsInBatches } from "../collector.ts";

const { from, under, list, detail, batch } = reads("elasticloadbalancing");
const loadBalancers = from(DescribeLoadBalancersCommand, "LoadBalancers");
const listeners = under(loadBalancers, DescribeListenersCommand, "Listeners", { LoadBalancerArn: "LoadBalancerArn" });
const tags = tagsInBatches(
  batch(DescribeTagsCommand, 20, { ResourceArns: "{arn}" }, "TagDescriptions", ["ResourceArn", "{arn}"]),
  "Tags",
);
const oidc = (actions: string) => ({
  redact: [`${actions}.AuthenticateOidcConfig.ClientSecret`],
  notSecret: {
    [`${actions}.AuthenticateOidcConfig.TokenEndpoint`]: "the address of the provider's token endpoint",
    [`${actions}.AuthenticateOidcConfig.UseExistingClientSecret`]: "whether it is kept",
    [`${actions}.JwtValidationConfig`]: "where the keys are and which claims are checked",
  },
});

/** Elastic Load Balancing, second generation: what is open to whom, and where it leads. */
export const elbv2: Service = {
  name: "elbv2",
  title: "Application, Network and Gateway Load Balancers: listeners, rules, certificates, targets and trust stores",
  client: ElasticLoadBalancingV2Client,
  collectors: [
    list("AWS::ElasticLoadBalancingV2::LoadBalancer", loadBalancers, {
      id: "LoadBalancerArn",
      arn: "LoadBalancerArn",
      name: "LoadBalancerName",
      tags,
      details: [detail(DescribeLoadBalancerAttributesCommand, { LoadBalancerArn: "LoadBalancerArn" })],
    }),
    list("AWS::ElasticLoadBalancingV2::Listener", listeners, {
      id: "ListenerArn",
      arn: "ListenerArn",
      tags,
      details: [
        detail(DescribeListenerAttributesCommand, { ListenerArn: "ListenerArn" }),
        detail(
          DescribeListenerCertificatesCommand,
          { ListenerArn: "ListenerArn" },
          { when: ({ Protocol }) => Protocol === "HTTPS" || Protocol === "TLS" },
        ),
      ],
      ...oidc("DefaultActions"),
    }),
    list(
      "AWS::ElasticLoadBalancingV2::ListenerRule",
      under(listeners, DescribeRulesCommand, "Rules", { ListenerArn: "ListenerArn" }),
      { id: "RuleArn", arn: "RuleArn", tags, ...oidc("Actions") },
    ),
    list("AWS::ElasticLoadBalancingV2::TargetGroup", from(DescribeTargetGroupsCommand, "TargetGroups"), {
      id: "TargetGroupArn",
      arn: "TargetGroupArn",
      name: "TargetGroupName",
      tags,
      details: [
        detail(DescribeTargetGroupAttributesCommand, { TargetGroupArn: "TargetGroupArn" }),
        detail(DescribeTargetHealthCommand, { TargetGroupArn: "TargetGroupArn" }),
      ],
    }),
    list("AWS::ElasticLoadBalancingV2::TrustStore", from(DescribeTrustStoresCommand, "TrustStores"), {
      id: "TrustStoreArn",
      arn: "TrustStoreArn",
      name: "Name",
      tags,
      details: [
        detail(DescribeTrustStoreRevocationsCommand, { TrustStoreArn: "TrustStoreArn" }),
        detail(GetResourcePolicyCommand, { ResourceArn: "TrustStoreArn" }, { none: ["ResourceNotFoundException"] }),
      ],
    }),
  ],
};
