import type { MemberColumn } from "../../tables/columns.ts";
import { itemPathOf } from "../configItem.ts";
import { type Comparison, type Expression, PredicateError, pathSteps } from "../expression.ts";
import { negated } from "./normalForm.ts";
import {
  both,
  constantOperand,
  constantTruth,
  knownOrElse,
  number,
  type Operand,
  operandOrElse,
  opposite,
  scalar,
  type TruthConditions,
  text,
  truth,
} from "./operand.ts";

/** A comparison with its sides exchanged. */
const MIRRORED: Record<Comparison, Comparison> = { "=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** Expressions over the columns of one resource type as conditions on its configuration items. */
export class Translation {
  /** Members that are looked into, as Guard names them. */
  readonly documents = new Set<string>();

  constructor(
    private readonly resource: string,
    private readonly columns: readonly MemberColumn[],
  ) {}

  /** @throws PredicateError naming what cannot be said */
  conditionsOf(expression: Expression): TruthConditions {
    switch (expression.is) {
      case "constant":
        return constantTruth(expression.value);
      case "and":
        return both(this.conditionsOf(expression.left), this.conditionsOf(expression.right));
      case "or":
        return opposite(
          both(opposite(this.conditionsOf(expression.left)), opposite(this.conditionsOf(expression.right))),
        );
      case "not":
        return opposite(this.conditionsOf(expression.of));
      case "null": {
        const { known } = this.operand(expression.of);
        return { holds: negated(known), fails: known };
      }
      case "column":
        return this.operand(expression).compared("=", true);
      case "first":
        return expression.of
          .map((each) => this.conditionsOf(each))
          .reduceRight((rest, each) => knownOrElse(each, rest));
      case "compared":
        return this.comparison(expression);
      default:
        throw new PredicateError(`${SAID[expression.is]} cannot be said in Guard`);
    }
  }

  private comparison({ operator, left, right }: Extract<Expression, { is: "compared" }>): TruthConditions {
    if (right.is === "constant") {
      if (right.value === null) return constantTruth(null);
      const operand = this.operand(left);
      return operator === "<>" ? opposite(operand.compared("=", right.value)) : operand.compared(operator, right.value);
    }
    if (left.is !== "constant") throw new PredicateError("a comparison of two members cannot be said in Guard");
    return this.comparison({ is: "compared", operator: MIRRORED[operator], left: right, right: left });
  }

  private operand(expression: Expression): Operand {
    switch (expression.is) {
      case "constant":
        return constantOperand(expression.value);
      case "first":
        return expression.of.map((each) => this.operand(each)).reduceRight((rest, each) => operandOrElse(each, rest));
      case "column": {
        const column = this.column(expression.name);
        const { at } = this.location(column, []);
        if (column.type === "boolean") return truth(at);
        if (column.type === "double") return number(at);
        if (column.type === "varchar") return text(at);
        throw new PredicateError(`a comparison of ${column.name}, which is ${column.type}, cannot be said in Guard`);
      }
      case "json": {
        if (expression.of.is !== "column")
          throw new PredicateError("JSON in what is no column cannot be said in Guard");
        const { at, document } = this.location(this.column(expression.of.name), pathSteps(expression.path));
        this.documents.add(document);
        return scalar(at);
      }
      default:
        throw new PredicateError(`a comparison of ${SAID[expression.is]} cannot be said in Guard`);
    }
  }

  private column(name: string): MemberColumn {
    const found = this.columns.find((each) => each.name === name);
    if (!found) throw new PredicateError(`no configuration item has ${name}`);
    return found;
  }

  private location(column: MemberColumn, path: readonly string[]): { at: string; document: string } {
    const itemPath = itemPathOf(this.resource, column, path);
    if (!itemPath || itemPath.at.some((each) => !/^[a-zA-Z]\w*$/.test(each)))
      throw new PredicateError(`a path such as ${[column.member, ...path].join(".")} cannot be said in Guard`);
    return { at: itemPath.at.join("."), document: itemPath.document.join(".") };
  }
}

const SAID = {
  and: "AND",
  or: "OR",
  not: "NOT",
  null: "IS NULL",
  compared: "a comparison",
  joined: "||",
  cast: "CAST",
  json: "text as a condition",
} as const satisfies Partial<Record<Expression["is"], string>>;
