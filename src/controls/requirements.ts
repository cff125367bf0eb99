import type { Framework } from "./control.ts";

/**
 * Numbers of requirements that there are, in spans: after the part that is before the last dot, the last numbers.
 * CIS, PCI DSS, SOC 2 and ISO 27001 from the contents of the published documents; FSBP from the list of controls that
 * AWS documents for the standard, which is shorter than that of all controls of Security Hub.
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html
 */
const SPANS: Readonly<Record<Framework, string>> = {
  "cis-v3": "1 1-22, 2.1 1-4, 2.2 1, 2.3 1-3, 2.4 1, 3 1-9, 4 1-16, 5 1-6",
  "cis-v5": "1 1-21, 2.1 1-4, 2.2 1-4, 2.3 1, 3 1-9, 4 1-16, 5.1 1-2, 5 2-7",
  fsbp: `Account 1, ACM 1-2, APIGateway 1-5 8-9, AppSync 1-2 5-6, Athena 4, AutoScaling 1-3 5-6 9, Backup 1, CloudFront 1
    3-10 12-13 15-16, CloudTrail 1-2 4-5, CodeBuild 1-4 7, Cognito 2-3, Config 1, Connect 2, DataFirehose 1,
    DataSync 1, DMS 1 6-13, DocumentDB 1-6, DynamoDB 1-3 6-7, EC2 1-4 6-10 15-21 23-25 51 55-58 60 170-173 180-181,
    ECR 1-3, ECS 1-5 8-10 12 16, EFS 1-4 6-8, EKS 1-3 8, ElastiCache 1-7, ElasticBeanstalk 1-3, ELB 1-10 12-14
    17-18, EMR 1-4, ES 1-8, EventBridge 3, FSx 1-5, Glue 3-4, GuardDuty 1 5-13, IAM 1-8 21, Inspector 1-4, Kinesis 1
    3, KMS 1-3 5, Lambda 1-2 5, Macie 1-2, MQ 2-3, MSK 1 3-6, Neptune 1-8, NetworkFirewall 2-6 9-10, Opensearch 1-8
    10, PCA 1, RDS 1-17 19-25 27 34-37 40-48, Redshift 1-4 6-8 10 15 18, RedshiftServerless 1-3 5-6, Route53 2, S3
    1-3 5-6 8-9 12-13 19 24-25, SageMaker 1-5 8, SecretsManager 1-4, ServiceCatalog 1, SNS 4, SQS 1 3, SSM 1-4 6-7,
    StepFunctions 1, Transfer 2-3, WAF 1-4 6-8 10 12, WorkSpaces 1-2`,
  "pci-dss-4": `1.1 1-2, 1.2 1-8, 1.3 1-3, 1.4 1-5, 1.5 1, 2.1 1-2, 2.2 1-7, 2.3 1-2, 3.1 1-2, 3.2 1, 3.3 1-3, 3.4 1-2,
    3.5 1, 3.6 1, 3.7 1-9, 4.1 1-2, 4.2 1-2, 5.1 1-2, 5.2 1-3, 5.3 1-5, 5.4 1, 6.1 1-2, 6.2 1-4, 6.3 1-3, 6.4 1-3,
    6.5 1-6, 7.1 1-2, 7.2 1-6, 7.3 1-3, 8.1 1-2, 8.2 1-8, 8.3 1-11, 8.4 1-3, 8.5 1, 8.6 1-3, 10.1 1-2, 10.2 1-2,
    10.3 1-4, 10.4 1-3, 10.5 1, 10.6 1-3, 10.7 1-3, 11.1 1-2, 11.2 1-2, 11.3 1-2, 11.4 1-7, 11.5 1-2, 11.6 1`,
  "soc-2": "CC1 1-5, CC2 1-3, CC3 1-4, CC4 1-2, CC5 1-3, CC6 1-8, CC7 1-5, CC8 1, CC9 1-2, A1 1-3, C1 1-2, PI1 1-5",
  "iso-27001": "A.5 1-37, A.6 1-8, A.7 1-14, A.8 1-34",
};

/** Every number of a framework. */
export function requirementsOf(framework: Framework): Set<string> {
  const numbers = new Set<string>();
  for (const span of SPANS[framework].split(",")) {
    const [part, ...lasts] = span.trim().split(/\s+/);
    for (const last of lasts) {
      const [from, till = from] = last.split("-").map(Number);
      for (let n = from!; n <= till!; n++) numbers.add(`${part}.${n}`);
    }
  }
  return numbers;
}
