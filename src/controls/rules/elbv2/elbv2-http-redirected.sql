-- title: Load balancer HTTP listeners redirect to HTTPS
-- severity: medium
-- resource: AWS::ElasticLoadBalancingV2::Listener
-- rationale: What is sent in clear text is read and changed on the way.
-- remedy: Make redirect to HTTPS the default action of the listener.
-- mappings:
--   fsbp: [ELB.1]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
-- in-part:
--   fsbp ELB.1: rules of a listener beside its default action are not asked
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       -- What a redirect does not name stays as it was.
       CASE WHEN min(d.protocol) IS NULL THEN NULL
            WHEN bool_or(json_extract_scalar(a.action, '$.Type') <> 'redirect'
              OR json_extract(a.action, '$.RedirectConfig') IS NOT NULL
                 AND coalesce(json_extract_scalar(a.action, '$.RedirectConfig.Protocol'), 'HTTP') <> 'HTTPS') THEN false
            WHEN bool_and(json_extract_scalar(a.action, '$.Type') IS NOT NULL
              AND json_extract(a.action, '$.RedirectConfig') IS NOT NULL) THEN true END AS passes,
       'Answers in clear text' AS reason
FROM latest_aws_elasticloadbalancingv2_listener d
LEFT JOIN UNNEST(d.default_actions) AS a (action) ON true
WHERE coalesce(d.protocol = 'HTTP', true)
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
