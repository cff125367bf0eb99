import type { FactTable } from "./factTable.ts";

/**
 * Versions of engines that AWS runs, and the last day of their (standard) support; null where AWS had named none. A
 * version stands for all that begin with it: 6 for 6.2.6.
 */
export const engineVersions: FactTable = {
  name: "engine_versions",
  page: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html",
  source:
    "https://endoflife.date/amazon-elasticache-redis, /amazon-opensearch, /amazon-elasticsearch, /amazon-mq-activemq and " +
    "/amazon-mq-rabbitmq, MIT License, Copyright (c) endoflife.date contributors",
  taken: "2026-08-22",
  columns: ["engine", "version", "ends"],
  rows: [
    // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html
    ["redis", "7", null],
    ["redis", "6", "2027-01-31"],
    ["redis", "5", "2026-01-31"],
    ["redis", "4", "2026-01-31"],
    ["redis", "3", "2023-07-31"],
    ["redis", "2", "2023-01-13"],
    ["valkey", "8", null],
    ["valkey", "7", null],
    // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/what-is.html#choosing-version
    ["OpenSearch", "3.5", null],
    ["OpenSearch", "3.3", null],
    ["OpenSearch", "3.1", null],
    ["OpenSearch", "2.19", "2027-11-07"],
    ["OpenSearch", "2.17", "2027-11-07"],
    ["OpenSearch", "2.15", "2027-11-07"],
    ["OpenSearch", "2.13", "2027-11-07"],
    ["OpenSearch", "2.11", "2027-11-07"],
    ["OpenSearch", "2.9", "2025-11-07"],
    ["OpenSearch", "2.7", "2025-11-07"],
    ["OpenSearch", "2.5", "2025-11-07"],
    ["OpenSearch", "2.3", "2025-11-07"],
    ["OpenSearch", "1.3", "2027-11-07"],
    ["OpenSearch", "1.2", "2025-11-07"],
    ["OpenSearch", "1.1", "2025-11-07"],
    ["OpenSearch", "1.0", "2025-11-07"],
    ["Elasticsearch", "7.10", "2027-11-07"],
    ["Elasticsearch", "7.9", "2027-11-07"],
    ["Elasticsearch", "7.8", "2025-11-07"],
    ["Elasticsearch", "7.7", "2025-11-07"],
    ["Elasticsearch", "7.4", "2025-11-07"],
    ["Elasticsearch", "7.1", "2025-11-07"],
    ["Elasticsearch", "6.7", "2025-11-07"],
    ["Elasticsearch", "6.5", "2025-11-07"],
    ["Elasticsearch", "6.4", "2025-11-07"],
    ["Elasticsearch", "6.3", "2025-11-07"],
    ["Elasticsearch", "6.2", "2025-11-07"],
    ["Elasticsearch", "6.0", "2025-11-07"],
    ["Elasticsearch", "5.6", "2025-11-07"],
    ["Elasticsearch", "5.5", "2025-11-07"],
    ["Elasticsearch", "5.3", "2025-11-07"],
    ["Elasticsearch", "5.1", "2025-11-07"],
    ["Elasticsearch", "2.3", "2025-11-07"],
    ["Elasticsearch", "1.5", "2025-11-07"],
    // https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/activemq-version-support.html
    ["activemq", "5.19", null],
    ["activemq", "5.18", null],
    ["activemq", "5.17", "2025-06-16"],
    ["activemq", "5.16", "2024-11-15"],
    ["activemq", "5.15", "2024-09-16"],
    // https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-version-support.html
    ["rabbitmq", "4.2", null],
    ["rabbitmq", "3.13", null],
    ["rabbitmq", "3.12", "2025-03-17"],
  ],
};
