/** A question that everybody asks; saved in Athena's workgroup, and an example in docs/query.md. */
export interface NamedQuery {
  name: string;
  description: string;
  sql: string;
}

/** In the common subset of Athena and DuckDB. */
export const namedQueries: readonly NamedQuery[] = [
  {
    name: "inventory",
    description: "Resources of the last run by type and region",
    sql: `SELECT resource_type, region, count(*) AS resources
FROM latest_resources
GROUP BY resource_type, region
ORDER BY resources DESC, resource_type, region`,
  },
  {
    name: "coverage",
    description: "What became of each planned item of the last run, by account and auditor",
    sql: `SELECT account_id, auditor, status, count(*) AS planned_items, sum(items) AS resources
FROM latest_outcomes
GROUP BY account_id, auditor, status
ORDER BY account_id, auditor, status`,
  },
  {
    name: "not-known",
    description: "Resource types that the last run could not list, with the reason",
    sql: `SELECT account_id, region, resource_type, operation, code, action, message
FROM latest_gaps
WHERE NOT listed AND status <> 'not-enabled'
ORDER BY account_id, region, resource_type`,
  },
  {
    name: "untagged",
    description: "Resources without a tag owner, where the tags are known",
    sql: `SELECT account_id, region, resource_type, coalesce(arn, resource_id) AS resource
FROM latest_resources
WHERE tags IS NOT NULL AND element_at(tags, 'owner') IS NULL
ORDER BY account_id, region, resource_type, resource`,
  },
  {
    name: "public-databases",
    description: "RDS instances that are reachable from outside or not encrypted, with the place in the evidence",
    sql: `SELECT account_id, region, db_instance_identifier, engine, publicly_accessible, storage_encrypted,
       evidence_object, evidence_line
FROM latest_aws_rds_dbinstance
WHERE publicly_accessible OR NOT storage_encrypted
ORDER BY account_id, region, db_instance_identifier`,
  },
  {
    name: "database-security-groups",
    description: "Which security groups RDS instances are in: a list of a resource, row by row",
    sql: `SELECT d.account_id, d.db_instance_identifier,
       json_extract_scalar(g.member, '$.VpcSecurityGroupId') AS security_group
FROM latest_aws_rds_dbinstance d
CROSS JOIN UNNEST(d.vpc_security_groups) AS g (member)
ORDER BY d.account_id, d.db_instance_identifier, security_group`,
  },
  {
    name: "buckets-not-blocked",
    description: "Buckets that do not block public access, and those of which that is not known",
    sql: `SELECT account_id, region, name,
       CASE WHEN element_at(unread, 'GetPublicAccessBlock') IS NOT NULL THEN 'not known' ELSE 'not blocked' END AS verdict,
       json_extract_scalar(get_bucket_policy_status, '$.PolicyStatus.IsPublic') AS policy_is_public
FROM latest_aws_s3_bucket
WHERE coalesce(json_extract_scalar(get_public_access_block,
                                   '$.PublicAccessBlockConfiguration.RestrictPublicBuckets'), 'false') <> 'true'
ORDER BY verdict, account_id, name`,
  },
  {
    name: "roles-trusting-others",
    description: "Statements of roles' trust policies: JSON in a text, taken apart",
    sql: `SELECT r.account_id, r.role_name,
       json_extract_scalar(s.statement, '$.Effect') AS effect,
       json_format(json_extract(s.statement, '$.Principal')) AS principal
FROM latest_aws_iam_role r
CROSS JOIN UNNEST(coalesce(
    TRY_CAST(json_extract(TRY(json_parse(url_decode(r.assume_role_policy_document))), '$.Statement') AS array(json)),
    ARRAY[json_extract(TRY(json_parse(url_decode(r.assume_role_policy_document))), '$.Statement')]))
  AS s (statement)
ORDER BY r.account_id, r.role_name`,
  },
  {
    name: "growth",
    description: "Resources of each type, run by run",
    sql: `SELECT r.run_id, r.started_at, o.resource_type, sum(o.items) AS resources
FROM runs r
JOIN objects o ON o.run_id = r.run_id
WHERE r.run_date >= '2026-01-01'
GROUP BY r.run_id, r.started_at, o.resource_type
ORDER BY r.started_at, o.resource_type`,
  },
];
