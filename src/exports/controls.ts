/**
 * The controls ({@link loadControls}), one of your own ({@link parseControl}), and the exceptions that somebody answers
 * for ({@link parseExceptions}): what `AuditAccount` is given to tell people of new failures.
 * @module
 */
export {
  type Control,
  ControlError,
  FRAMEWORKS,
  type Framework,
  loadControls,
  parseControl,
  SEVERITIES,
  type Severity,
} from "../controls/control.ts";
export { Exception } from "../controls/exception.ts";
export { ExceptionsError, parseExceptions } from "../controls/exceptions.ts";
