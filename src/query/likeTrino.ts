import { BLOB, type DuckDBBlobValue, type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from "@duckdb/node-api";
import { TRINO_MACROS } from "./trino.ts";
import { TRINO_FUNCTIONS } from "./trinoFunctions.ts";

/** Gives a connection Trino's functions. */
export async function likeTrino(connection: DuckDBConnection): Promise<void> {
  for (const [name, answer] of Object.entries(TRINO_FUNCTIONS))
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        returnType: VARCHAR,
        parameterTypes: [BLOB],
        mainFunction: (info, input, output) => {
          const vector = input.getColumnVector(0);
          try {
            for (let row = 0; row < input.rowCount; row++) {
              const value = vector.getItem(row) as DuckDBBlobValue | null;
              output.setItem(row, value === null ? null : answer(Buffer.from(value.bytes)));
            }
            output.flush();
          } catch (error) {
            info.setError((error as Error).message);
          }
        },
      }),
    );
  for (const macro of TRINO_MACROS) await connection.run(`CREATE MACRO ${macro}`);
}
