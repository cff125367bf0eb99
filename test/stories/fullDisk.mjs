// Given to a process by NODE_OPTIONS: below FULL_DISK_FOLDER there is room for the first objects of a run alone.
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const ROOM = 4;
const { writeFile } = promises;
let written = 0;
promises.writeFile = async (path, ...rest) => {
  if (String(path).startsWith(`${process.env.FULL_DISK_FOLDER}/.itaudit/growing/`) && ++written > ROOM)
    throw Object.assign(new Error(`ENOSPC: no space left on device, open '${path}'`), {
      code: "ENOSPC",
      syscall: "open",
    });
  return writeFile(path, ...rest);
};
syncBuiltinESMExports();
