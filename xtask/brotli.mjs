// Prints, for each wasm, JavaScript and CSS file in a folder: its bytes, its bytes in brotli, its name.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const folder = process.argv[2];
const names = readdirSync(folder, { recursive: true }).filter((name) => /\.(wasm|m?js|css)$/.test(name));

for (const name of names.sort()) {
  const raw = readFileSync(join(folder, name));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
  };
  console.log(raw.length, brotliCompressSync(raw, { params }).length, name);
}
