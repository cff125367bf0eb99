import {
  GetDomainDetailCommand,
  ListDomainsCommand,
  ListTagsForDomainCommand,
  Route53DomainsClient,
} from "@aws-sdk/client-route-53-domains";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail } = reads("route53domains", "us-east-1");
const one = { DomainName: "DomainName" } as const;

/** Route 53 Domains: names that the account has registered, and whether they can be taken away. */
export const route53domains: Service = {
  name: "route53domains",
  title: "Route 53 Domains: registered names with their locks, renewal, name servers and DNSSEC",
  client: Route53DomainsClient,
  collectors: [
    list(
      "AWS::Route53Domains::Domain",
      from(ListDomainsCommand, "Domains", {
        page: { tokens: [["Marker", "NextPageMarker"]] },
        input: { MaxItems: 100 },
      }),
      {
        id: "DomainName",
        arn: "arn:{partition}:route53domains::{account}:domain/{DomainName}",
        tags: tagsFrom(detail(ListTagsForDomainCommand, one), "TagList"),
        details: [detail(GetDomainDetailCommand, one)],
        // Names, addresses and telephone numbers of people: that they are there and whether they changed is enough.
        redact: [
          "GetDomainDetail.AdminContact",
          "GetDomainDetail.BillingContact",
          "GetDomainDetail.RegistrantContact",
          "GetDomainDetail.TechContact",
        ],
      },
    ),
  ],
};
