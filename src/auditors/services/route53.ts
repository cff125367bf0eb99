import {
  GetDNSSECCommand,
  GetHostedZoneCommand,
  ListCidrCollectionsCommand,
  ListHealthChecksCommand,
  ListHostedZonesCommand,
  ListQueryLoggingConfigsCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourcesCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { reads, type Service, tagsInBatches } from "../collector.ts";

const { from, under, list, detail, batch } = reads("route53", "global");
const zones = from(ListHostedZonesCommand, "HostedZones");
/** Zones are listed as `/hostedzone/Z…` and known elsewhere as `Z…`. */
const idOf = ({ Id }: { Id?: string }) => Id?.replace("/hostedzone/", "");
const tagsOf = (ResourceType: "hostedzone" | "healthcheck") =>
  tagsInBatches(
    batch(
      ListTagsForResourcesCommand,
      10,
      (resources) => ({ ResourceType, ResourceIds: resources.map((each) => idOf(each)!) }),
      "ResourceTagSets",
      ["ResourceId", idOf],
    ),
    "Tags",
  );

/** Route 53: names, where they lead, and whether answers are signed and logged. */
export const route53: Service = {
  name: "route53",
  title: "Route 53: hosted zones with networks and DNSSEC, their records, query logging and health checks",
  client: Route53Client,
  collectors: [
    list("AWS::Route53::HostedZone", zones, {
      id: idOf,
      arn: (zone, { partition }) => `arn:${partition}:route53:::hostedzone/${idOf(zone)}`,
      name: "Name",
      tags: tagsOf("hostedzone"),
      details: [
        detail(GetHostedZoneCommand, { Id: "Id" }),
        // Answers of a private zone cannot be signed, and asking is an error.
        detail(GetDNSSECCommand, { HostedZoneId: "Id" }, { when: ({ Config }) => !Config?.PrivateZone }),
      ],
    }),
    list(
      "AWS::Route53::RecordSet",
      under(
        zones,
        ListResourceRecordSetsCommand,
        "ResourceRecordSets",
        { HostedZoneId: "Id" },
        {
          page: {
            tokens: [
              ["StartRecordName", "NextRecordName"],
              ["StartRecordType", "NextRecordType"],
              ["StartRecordIdentifier", "NextRecordIdentifier"],
            ],
            more: "IsTruncated",
          },
        },
      ),
      {
        id: ({ HostedZoneId, Name, Type, SetIdentifier }) =>
          [idOf({ Id: HostedZoneId }), Name, Type, ...(SetIdentifier ? [SetIdentifier] : [])].join("|"),
        name: "Name",
      },
    ),
    list("AWS::Route53::QueryLoggingConfig", from(ListQueryLoggingConfigsCommand, "QueryLoggingConfigs"), {
      id: "Id",
      arn: "arn:{partition}:route53:::queryloggingconfig/{Id}",
    }),
    list("AWS::Route53::HealthCheck", from(ListHealthChecksCommand, "HealthChecks"), {
      id: "Id",
      arn: "arn:{partition}:route53:::healthcheck/{Id}",
      tags: tagsOf("healthcheck"),
      notSecret: { "HealthCheckConfig.SearchString": "what a healthy page says" },
    }),
    list("AWS::Route53::CidrCollection", from(ListCidrCollectionsCommand, "CidrCollections"), {
      id: "Id",
      arn: "Arn",
      name: "Name",
    }),
  ],
};
