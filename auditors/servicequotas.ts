import { ListRequestedServiceQuotaChangeHistoryCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { reads, type Service } from "./collector.ts";

const { from, list } = reads("servicequotas");

/** Service Quotas: which quotas were asked to differ from AWS's own, and whether they do. */
export const servicequotas: Service = {
  name: "servicequotas",
  title: "Service Quotas: which quotas were asked to differ from AWS's own, and whether they do",
  client: ServiceQuotasClient,
  collectors: [
    list("AWS::ServiceQuotas::RequestedQuota", from(ListRequestedServiceQuotaChangeHistoryCommand, "RequestedQuotas"), {
      id: "Id",
      name: "QuotaName",
    }),
  ],
};
