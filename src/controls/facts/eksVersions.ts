import type { FactTable } from "./factTable.ts";

/** Versions of Kubernetes in EKS, and the last day of their standard support. Made by scripts/refresh/facts.ts. */
export const eksVersions: FactTable = {
  name: "eks_versions",
  page: "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
  source: "https://endoflife.date/amazon-eks, MIT License, Copyright (c) endoflife.date contributors",
  taken: "2026-08-22",
  columns: ["version", "ends"],
  rows: [
    ["1.36", "2027-08-02"],
    ["1.35", "2027-03-27"],
    ["1.34", "2026-12-02"],
    ["1.33", "2026-07-29"],
    ["1.32", "2026-03-23"],
    ["1.31", "2025-11-26"],
    ["1.30", "2025-07-23"],
    ["1.29", "2025-03-23"],
    ["1.28", "2024-11-26"],
    ["1.27", "2024-07-24"],
    ["1.26", "2024-06-11"],
    ["1.25", "2024-05-01"],
    ["1.24", "2024-01-31"],
    ["1.23", "2023-10-11"],
    ["1.22", "2023-06-04"],
    ["1.21", "2023-02-16"],
    ["1.20", "2022-11-01"],
    ["1.19", "2022-08-01"],
    ["1.18", "2022-08-15"],
  ],
};
