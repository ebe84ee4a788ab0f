/// <reference lib="esnext.disposable" />
import type { InitInput } from "./replicascope_wasm.js";
import { LocalLeader } from "./replicascope_wasm.js";

export { LocalLeader, Playground, check, measure, scenarios } from "./replicascope_wasm.js";
export type * from "./replicascope_wasm.js";

/**
 * Loads the package; everything else needs it. `source`: where the wasm comes from, if not from beside this file: an
 * address, a `Response`, its bytes or a compiled module. Calling it again does nothing more.
 */
export function init(source?: InitInput | Promise<InitInput>): Promise<void>;
export default init;

declare module "./replicascope_wasm.js" {
  interface LocalLeader {
    /** Closes it, and frees it. */
    [Symbol.asyncDispose](): Promise<void>;
  }
}
