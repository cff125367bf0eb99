import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import { reads, type Tags } from "./collector.ts";

const { from } = reads("tag");

/**
 * Tags of all resources of some types, a hundred with each call, where the service itself would ask for a call each.
 * A resource that never had a tag is not in the answer.
 * @param types as the Resource Groups Tagging API names them: `elasticache:cluster`
 * @see https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
 */
export const taggingApi = (...types: string[]): Tags => ({
  kind: "bulk",
  key: "ResourceARN",
  member: "Tags",
  listing: {
    ...from(GetResourcesCommand, "ResourceTagMappingList", {
      input: { ResourceTypeFilters: types, ResourcesPerPage: 100 },
    }),
    client: ResourceGroupsTaggingAPIClient,
  },
});
