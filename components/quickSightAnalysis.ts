import type { AnalysisDefinition, DimensionField, MeasureField, Visual } from "@aws-sdk/client-quicksight";

/** What a visual shows: columns of one of the data sets. */
interface Shown {
  dataSet: string;
  columns: { rows: readonly string[]; across: readonly string[] };
}

const column = (dataSet: string, name: string) => ({ DataSetIdentifier: dataSet, ColumnName: name });
const dimensions = (visual: string, dataSet: string, names: readonly string[]): DimensionField[] =>
  names.map((name) => ({
    CategoricalDimensionField: { FieldId: `${visual}-${name}`, Column: column(dataSet, name) },
  }));
/** How many rows there are: of a column that no row is without. */
const rowsCounted = (visual: string, dataSet: string): MeasureField[] => [
  {
    CategoricalMeasureField: {
      FieldId: `${visual}-count`,
      Column: column(dataSet, "run_id"),
      AggregationFunction: "COUNT",
    },
  },
];
const title = (text: string) => ({ Visibility: "VISIBLE", FormatText: { PlainText: text } }) as const;

const pivot = (id: string, text: string, { dataSet, columns }: Shown): Visual => ({
  PivotTableVisual: {
    VisualId: id,
    Title: title(text),
    ChartConfiguration: {
      FieldWells: {
        PivotTableAggregatedFieldWells: {
          Rows: dimensions(id, dataSet, columns.rows),
          Columns: dimensions(id, dataSet, columns.across),
          Values: rowsCounted(id, dataSet),
        },
      },
    },
  },
});

const bars = (id: string, text: string, { dataSet, columns }: Shown): Visual => ({
  BarChartVisual: {
    VisualId: id,
    Title: title(text),
    ChartConfiguration: {
      FieldWells: {
        BarChartAggregatedFieldWells: {
          Category: dimensions(id, dataSet, columns.rows),
          Values: rowsCounted(id, dataSet),
          Colors: dimensions(id, dataSet, columns.across),
        },
      },
      Orientation: "HORIZONTAL",
      BarsArrangement: "STACKED",
    },
  },
});

/** Names of the data sets that {@link analysisOf} shows. */
export type DataSetArns = Record<"runs" | "latest_outcomes" | "latest_gaps" | "latest_resources", string>;

/**
 * Two sheets: what the last run covered (account by the auditors' status, what is not known, the runs by day),
 * and what it found (resources by type, account and region).
 * @see https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AnalysisDefinition.html
 */
export const analysisOf = (dataSets: DataSetArns): AnalysisDefinition => ({
  DataSetIdentifierDeclarations: Object.entries(dataSets).map(([Identifier, DataSetArn]) => ({
    Identifier,
    DataSetArn,
  })),
  Sheets: [
    {
      SheetId: "coverage",
      Name: "Coverage",
      Visuals: [
        pivot("coverage-status", "Planned items by account, auditor and status", {
          dataSet: "latest_outcomes",
          columns: { rows: ["account_id", "auditor"], across: ["status"] },
        }),
        pivot("coverage-gaps", "What is not known, by type and reason", {
          dataSet: "latest_gaps",
          columns: { rows: ["resource_type", "account_id"], across: ["code"] },
        }),
        bars("coverage-runs", "Runs by day and version", {
          dataSet: "runs",
          columns: { rows: ["run_date"], across: ["tool_version"] },
        }),
      ],
    },
    {
      SheetId: "resources",
      Name: "Resources",
      Visuals: [
        bars("resources-type", "Resources by type and account", {
          dataSet: "latest_resources",
          columns: { rows: ["resource_type"], across: ["account_id"] },
        }),
        pivot("resources-region", "Resources by account and region", {
          dataSet: "latest_resources",
          columns: { rows: ["account_id"], across: ["region"] },
        }),
      ],
    },
  ],
});
