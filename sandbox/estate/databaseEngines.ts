import type { Certificate, DBMajorEngineVersion, Parameter } from "@aws-sdk/client-rds";

/** An engine as the estate runs it. */
export interface Engine {
  Engine: string;
  EngineVersion: string;
  Port: number;
  family: string;
  major: string;
  /** Logs that it can send to CloudWatch Logs. */
  logs: readonly string[];
  /** What a company sets in a parameter group: TLS for everybody, and who does what is written down. */
  baseline: Readonly<Record<string, string>>;
  /** The option that audits, where the engine has its audit in an option group. */
  auditOption?: string;
}

const POSTGRES = {
  Engine: "postgres",
  Port: 5432,
  logs: ["postgresql", "upgrade"],
  baseline: {
    "rds.force_ssl": "1",
    log_connections: "1",
    log_disconnections: "1",
    shared_preload_libraries: "pg_stat_statements,pgaudit",
    "pgaudit.log": "ddl,role",
  },
};
const MYSQL = {
  Engine: "mysql",
  Port: 3306,
  logs: ["audit", "error", "slowquery"],
  baseline: { require_secure_transport: "1", slow_query_log: "1", log_output: "FILE" },
  auditOption: "MARIADB_AUDIT_PLUGIN",
};

export const ENGINES: readonly Engine[] = [
  { ...POSTGRES, EngineVersion: "16.4", family: "postgres16", major: "16" },
  { ...POSTGRES, EngineVersion: "14.12", family: "postgres14", major: "14" },
  { ...MYSQL, EngineVersion: "8.4.5", family: "mysql8.4", major: "8.4" },
  { ...MYSQL, EngineVersion: "8.0.39", family: "mysql8.0", major: "8.0" },
  { ...MYSQL, Engine: "mariadb", EngineVersion: "10.11.8", family: "mariadb10.11", major: "10.11" },
  {
    Engine: "sqlserver-se",
    EngineVersion: "15.00.4385.2.v1",
    Port: 1433,
    family: "sqlserver-se-15.0",
    major: "15.00",
    logs: ["error", "agent"],
    baseline: { "rds.force_ssl": "1" },
    auditOption: "SQLSERVER_AUDIT",
  },
];

/** Of the cluster, and of the instance that nobody thinks of any more. */
export const AURORA: Engine = {
  ...POSTGRES,
  Engine: "aurora-postgresql",
  EngineVersion: "16.4",
  family: "aurora-postgresql16",
  major: "16",
  logs: ["postgresql"],
};
export const FORGOTTEN: Engine = { ...POSTGRES, EngineVersion: "11.22", family: "postgres11", major: "11" };

/** A parameter as it is answered where somebody has set it. */
export const parameterOf = ([ParameterName, ParameterValue]: [string, string]): Parameter => ({
  ParameterName,
  ParameterValue,
  Source: "user",
  DataType: /^\d+$/.test(ParameterValue) ? "integer" : "string",
  ApplyType: ParameterName === "shared_preload_libraries" ? "static" : "dynamic",
  ApplyMethod: "pending-reboot",
  IsModifiable: true,
});

const day = (text: string): Date => new Date(`${text}T00:00:00Z`);

/** AWS's authorities in every region: of one that has run out, certificates are still about. */
export const certificatesOf = (region: string): Certificate[] =>
  (
    [
      ["rds-ca-2019", "2019-08-22", "2024-08-22"],
      ["rds-ca-rsa2048-g1", "2021-05-25", "2061-05-25"],
      ["rds-ca-rsa4096-g1", "2021-05-25", "2121-05-25"],
      ["rds-ca-ecc384-g1", "2021-05-25", "2121-05-25"],
    ] as const
  ).map(([CertificateIdentifier, from, till]) => ({
    CertificateIdentifier,
    CertificateArn: `arn:aws:rds:${region}::cert:${CertificateIdentifier}`,
    CertificateType: "CA",
    ValidFrom: day(from),
    ValidTill: day(till),
    CustomerOverride: false,
  }));

/** Until when versions are supported, for the versions that the estate knows: dates of an invented calendar. */
export const MAJOR_VERSIONS: readonly DBMajorEngineVersion[] = (
  [
    ["postgres", "11", "2019-03-13", "2024-02-29"],
    ["postgres", "14", "2022-02-03", "2027-02-28"],
    ["postgres", "16", "2023-11-17", "2029-02-28"],
    ["mysql", "8.0", "2018-10-23", "2026-07-31"],
    ["mysql", "8.4", "2024-11-21", "2029-07-31"],
    ["mariadb", "10.11", "2023-08-21", "2028-02-29"],
    ["aurora-postgresql", "16", "2024-01-31", "2029-02-28"],
    ["aurora-mysql", "8.0", "2021-11-18", "2028-04-30"],
  ] as const
).map(([Engine, MajorEngineVersion, from, till]) => ({
  Engine,
  MajorEngineVersion,
  SupportedEngineLifecycles: [
    {
      LifecycleSupportName: "open-source-rds-standard-support" as const,
      LifecycleSupportStartDate: day(from),
      LifecycleSupportEndDate: day(till),
    },
    {
      LifecycleSupportName: "open-source-rds-extended-support" as const,
      LifecycleSupportStartDate: day(till),
      LifecycleSupportEndDate: day(`${Number(till.slice(0, 4)) + 3}${till.slice(4).replace("02-29", "02-28")}`),
    },
  ],
}));
