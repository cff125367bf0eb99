import {
  AthenaClient,
  GetDataCatalogCommand,
  GetWorkGroupCommand,
  ListCapacityReservationsCommand,
  ListDataCatalogsCommand,
  ListWorkGroupsCommand,
} from "@aws-sdk/client-athena";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, describe } = reads("athena");

/** Athena: workgroups, where results go and under which key, and the catalogues they read. */
export const athena: Service = {
  name: "athena",
  title: "Athena: workgroups, where results go and under which key, and the catalogues they read",
  client: AthenaClient,
  collectors: [
    list("AWS::Athena::WorkGroup", from(ListWorkGroupsCommand, "WorkGroups"), {
      id: "Name",
      arn: "arn:{partition}:athena:{region}:{account}:workgroup/{Name}",
      describe: describe(GetWorkGroupCommand, { WorkGroup: "Name" }, "WorkGroup"),
      tags: taggingApi("athena:workgroup"),
    }),
    list("AWS::Athena::DataCatalog", from(ListDataCatalogsCommand, "DataCatalogsSummary"), {
      id: "CatalogName",
      arn: "arn:{partition}:athena:{region}:{account}:datacatalog/{CatalogName}",
      describe: describe(GetDataCatalogCommand, { Name: "CatalogName" }, "DataCatalog"),
      tags: taggingApi("athena:datacatalog"),
      redact: ["Parameters"],
    }),
    list("AWS::Athena::CapacityReservation", from(ListCapacityReservationsCommand, "CapacityReservations"), {
      id: "Name",
      arn: "arn:{partition}:athena:{region}:{account}:capacity-reservation/{Name}",
      tags: taggingApi("athena:capacity-reservation"),
    }),
  ],
};
