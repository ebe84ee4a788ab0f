// Serves the release page as a plain host would: under a path of its own, by file name, and with the page's content
// security policy as a header too. It keeps every address that was asked for.
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/**
 * Starts a server for the folder, under `base`, with more headers if there are any. `url` is the page's address.
 * `deploy(folder)` puts another build in its place; `close()` is an outage that `reopen()` ends.
 */
export async function serve(folder, { base = "/some/sub/path/", headers = {} } = {}) {
  const requests = [];
  let current;
  const deploy = (folder) => (current = { folder, common: { ...securityHeaders(folder), ...headers } });
  deploy(folder);
  const server = createServer((request, response) => {
    requests.push(request.url);
    const { folder, common } = current;
    const file = fileFor(folder, base, request.url);
    if (!file || !["GET", "HEAD"].includes(request.method)) {
      response.writeHead(404, { ...common, "Content-Type": TYPES[".txt"] }).end("There is no such file.\n");
      return;
    }
    const type = TYPES[extname(file.path)] ?? "application/octet-stream";
    response.writeHead(200, { ...common, "Content-Type": type, "Content-Length": file.size });
    if (request.method === "HEAD") {
      response.end();
    } else {
      createReadStream(file.path).pipe(response);
    }
  });
  const listen = (port) =>
    new Promise((resolve, reject) => {
      server.once("error", reject).listen(port, "127.0.0.1", () => resolve(server.removeListener("error", reject)));
    });
  await listen(0);
  const { port } = server.address();
  const origin = `http://127.0.0.1:${port}`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin, base, url: origin + base, folder, requests, deploy, close, reopen: () => listen(port) };
}

/** The policy that the page states about itself, so that there is only one. */
function securityHeaders(folder) {
  const index = join(folder, "index.html");
  const page = existsSync(index) ? readFileSync(index, "utf8") : "";
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1];
  if (!policy) {
    throw new Error(`${folder} holds no release page: no index.html with a content security policy. Run \`cargo xtask build\`.`);
  }
  return { "Cache-Control": "no-cache", "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff" };
}

/** The file meant by the address, or nothing if there is none inside the folder. */
function fileFor(folder, base, address) {
  let path;
  try {
    path = decodeURIComponent(new URL(address, "http://host").pathname);
  } catch {
    return undefined;
  }
  if (!path.startsWith(base) || path.includes("\0")) {
    return undefined;
  }
  const inside = path.slice(base.length) || "index.html";
  const root = normalize(folder);
  const found = join(root, inside);
  if (!found.startsWith(root.endsWith(sep) ? root : root + sep)) {
    return undefined;
  }
  const status = statSync(found, { throwIfNoEntry: false });
  return status?.isFile() ? { path: found, size: status.size } : undefined;
}
