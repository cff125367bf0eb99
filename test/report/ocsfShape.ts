import * as z from "zod";

const named = <Id extends z.ZodRawShape, Pairs extends Record<number, string>>(shape: Id, pairs: Pairs, id: string) => {
  const caption = id.replace(/_id$/, "");
  return z
    .strictObject(shape)
    .refine(
      (value) => pairs[Number((value as Record<string, unknown>)[id])] === (value as Record<string, unknown>)[caption],
      {
        error: `${caption} is not the caption of ${id}`,
      },
    );
};

const Account = z.strictObject({ uid: z.string(), type: z.string().optional(), type_id: z.literal(10).optional() });
const Compliance = named(
  {
    control: z.string(),
    standards: z.array(z.string()),
    requirements: z.array(z.string()),
    status_id: z.int(),
    status: z.string(),
    status_detail: z.string().optional(),
  },
  { 0: "Unknown", 1: "Pass", 2: "Warning", 3: "Fail" },
  "status_id",
);
const SEVERITIES = { 0: "Unknown", 1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical", 6: "Fatal" };
const STATUSES = { 0: "Unknown", 1: "New", 2: "In Progress", 3: "Suppressed", 4: "Resolved" };

/**
 * OCSF 1.4.0's Compliance Finding as the report uses it: of each object members that the published schema has for it,
 * with their types, the enumerations with their captions, what is required, and no other member.
 * @see https://schema.ocsf.io/1.4.0/classes/compliance_finding?profiles=cloud
 */
export const Ocsf = named(
  {
    class_uid: z.literal(2003),
    class_name: z.literal("Compliance Finding"),
    category_uid: z.literal(2),
    category_name: z.literal("Findings"),
    activity_id: z.literal(1),
    activity_name: z.literal("Create"),
    type_uid: z.literal(200301),
    type_name: z.literal("Compliance Finding: Create"),
    // Milliseconds since 1970.
    time: z.int().min(Date.UTC(2020)),
    severity_id: z.int(),
    severity: z.string(),
    status_id: z.int(),
    status: z.string(),
    status_detail: z.string().optional(),
    metadata: z.strictObject({
      version: z.literal("1.4.0"),
      product: z.strictObject({ name: z.string(), vendor_name: z.string(), version: z.string() }),
      uid: z.string(),
      profiles: z.array(z.enum(["cloud"])),
    }),
    cloud: z.strictObject({ provider: z.string(), account: Account.optional(), region: z.string().optional() }),
    finding_info: z.strictObject({
      uid: z.string(),
      title: z.string(),
      desc: z.string(),
      created_time: z.int(),
      analytic: named(
        { uid: z.string(), name: z.string(), type_id: z.int(), type: z.string() },
        { 1: "Rule", 2: "Behavioral", 3: "Statistical", 4: "Learning (ML/DL)", 5: "Fingerprinting" },
        "type_id",
      ),
    }),
    compliance: Compliance,
    remediation: z.strictObject({ desc: z.string() }),
    resources: z
      .array(
        z.strictObject({
          uid: z.string(),
          type: z.string(),
          name: z.string().optional(),
          owner: z.strictObject({ account: Account }),
          region: z.string().optional(),
        }),
      )
      .optional(),
    evidences: z.array(z.strictObject({ data: z.json() })).optional(),
    unmapped: z.record(z.string(), z.json()),
  },
  SEVERITIES,
  "severity_id",
).refine(({ status_id, status }) => STATUSES[status_id as keyof typeof STATUSES] === status, {
  error: "status is not the caption of status_id",
});
