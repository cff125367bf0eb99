import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it; one that is there is fine, also by a link. Node's own `mkdir` with `recursive` never
 * ends where a file system refuses to make a folder in one that exists, as `/proc` does.
 * @param mode of folders that are made
 * @throws what the file system says
 * @see https://github.com/nodejs/node/issues/36490
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  for (let again = false; ; again = true) {
    try {
      await mkdir(path, mode);
      return;
    } catch (error) {
      const isFolder = await stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (isFolder) return;
      // What is missing may lie above; where that stands too, nothing more can be done.
      if (again || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    await makeFolder(dirname(path), mode);
  }
}

const NOT_ALLOWED = "you have no permission for it; choose another, or give yourself one";
const NOT_MADE = "it cannot be made there; choose another";
const REASONS: Readonly<Record<string, string>> = {
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EROFS: "it is on a disk that can only be read; choose another",
  ENOSPC: "the disk is full; make room",
  EDQUOT: "the disk is full for you (quota); make room",
  ENOTDIR: "it is a file, or lies below one; choose another",
  EISDIR: "it is a folder, and a file is expected; choose another",
  EEXIST: "it is a file, or a link to nothing; choose another",
  ENOENT: "there is no such file or folder, and none can be made; choose another",
  ENODEV: NOT_MADE,
  EINVAL: NOT_MADE,
  ENOTSUP: NOT_MADE,
  ELOOP: "its links lead in a circle; choose another",
  ENAMETOOLONG: "its name is too long; choose another",
  EIO: "the disk does not answer as it should; choose another",
};

/** Why a folder or file cannot be used, and what to do, by the code of the file system's error; undefined for others. */
export function fileReason(error: unknown): string | undefined {
  const { code = "", syscall } = error as NodeJS.ErrnoException;
  return syscall && REASONS[code] ? `${REASONS[code]} (${code})` : undefined;
}
