import {
  ListPortfolioAccessCommand,
  ListPortfoliosCommand,
  ListPrincipalsForPortfolioCommand,
  ServiceCatalogClient,
} from "@aws-sdk/client-service-catalog";
import { reads, type Service } from "../collector.ts";

const { from, list, detail } = reads("servicecatalog");

/** Service Catalog: portfolios, with whom they are shared, and who may launch from them. */
export const servicecatalog: Service = {
  name: "servicecatalog",
  title: "Service Catalog: portfolios, with whom they are shared, and who may launch from them",
  client: ServiceCatalogClient,
  collectors: [
    list("AWS::ServiceCatalog::Portfolio", from(ListPortfoliosCommand, "PortfolioDetails"), {
      id: "Id",
      arn: "ARN",
      name: "DisplayName",
      details: [
        detail(ListPortfolioAccessCommand, { PortfolioId: "Id" }),
        detail(ListPrincipalsForPortfolioCommand, { PortfolioId: "Id" }),
      ],
    }),
  ],
};
