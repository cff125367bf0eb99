import * as z from "zod";

/**
 * SARIF 2.1.0 as the report uses it: of each object the members that the published schema has for it, with their types,
 * enumerations and formats, and no other. Whoever writes one more adds it here from the schema.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json
 */
const Message = z.strictObject({ text: z.string() });
const Bag = z.looseObject({
  tags: z
    .array(z.string())
    .refine((tags) => new Set(tags).size === tags.length)
    .optional(),
});
const Level = z.enum(["none", "note", "warning", "error"]);
const Rule = z.strictObject({
  id: z.string(),
  shortDescription: Message,
  fullDescription: Message,
  help: Message,
  defaultConfiguration: z.strictObject({ level: Level }),
  properties: Bag,
});
const PhysicalLocation = z.strictObject({
  artifactLocation: z.strictObject({
    uri: z.string().regex(/^[A-Za-z0-9%._~!$&'()*+,;=:@/-]+$/, "a URI reference"),
    uriBaseId: z.string().optional(),
  }),
  region: z.strictObject({ startLine: z.int().min(1) }),
});
const Location = z.strictObject({
  physicalLocation: PhysicalLocation,
  logicalLocations: z.array(z.strictObject({ fullyQualifiedName: z.string(), name: z.string(), kind: z.string() })),
});
const Result = z.strictObject({
  ruleId: z.string(),
  ruleIndex: z.int().min(-1),
  kind: z.enum(["notApplicable", "pass", "fail", "review", "open", "informational"]),
  level: Level,
  message: Message,
  locations: z.array(Location),
  relatedLocations: z
    .array(z.strictObject({ id: z.int().min(0), message: Message, physicalLocation: PhysicalLocation }))
    .optional(),
  partialFingerprints: z.record(z.string(), z.string()),
  suppressions: z
    .array(
      z.strictObject({
        kind: z.enum(["inSource", "external"]),
        status: z.enum(["accepted", "underReview", "rejected"]),
        justification: z.string(),
      }),
    )
    .optional(),
  properties: Bag,
});
export const Sarif = z.strictObject({
  version: z.literal("2.1.0"),
  $schema: z.url(),
  runs: z.array(
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          version: z.string(),
          semanticVersion: z.string(),
          rules: z.array(Rule),
        }),
      }),
      automationDetails: z.strictObject({ id: z.string() }),
      columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
      originalUriBaseIds: z.record(z.string(), z.strictObject({ description: Message })),
      invocations: z.array(
        z.strictObject({
          executionSuccessful: z.boolean(),
          startTimeUtc: z.iso.datetime(),
          endTimeUtc: z.iso.datetime(),
          toolExecutionNotifications: z.array(
            z.strictObject({
              level: z.enum(["none", "note", "warning", "error"]),
              message: Message,
              associatedRule: z.strictObject({ id: z.string(), index: z.int().min(0) }),
            }),
          ),
          properties: Bag,
        }),
      ),
      results: z.array(Result),
    }),
  ),
});
