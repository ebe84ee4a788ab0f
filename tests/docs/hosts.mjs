// Servers of the tests: the built site under a path of its own, as a static host serves it, and pages of somebody else.
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { brotliCompressSync } from "node:zlib";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".ts": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/**
 * Serves the folder under `base` of `http://127.0.0.1`, `404.html` where there is no such file. `headers` may be changed while
 * it runs; `requests` keeps every address that was asked for; `compressed` sends brotli, as a good host does.
 */
export async function serveSite(folder, { base = "/some/sub/path/", headers = {}, compressed = false } = {}) {
  const requests = [];
  const server = await listening((request, response) => {
    requests.push(request.url);
    const found = fileFor(folder, base, request.url);
    const path = found ?? join(folder, "404.html");
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    const common = { "Content-Type": type, "Cache-Control": "no-cache", ...headers };
    if (compressed && size > 0) {
      const body = packed(path);
      response.writeHead(found ? 200 : 404, { ...common, "Content-Encoding": "br", "Content-Length": body.length }).end(body);
      return;
    }
    response.writeHead(found ? 200 : 404, { ...common, "Content-Length": size });
    if (size === 0 || request.method === "HEAD") {
      response.end();
    } else {
      createReadStream(path).pipe(response);
    }
  }, "127.0.0.1");
  return { ...server, base, url: server.origin + base, folder, requests, headers };
}

/** Serves pages from memory at `http://localhost`, another site than the one above: `pages` holds text by path. */
export async function servePages(pages, headers = {}) {
  const server = await listening((request, response) => {
    const { pathname } = new URL(request.url, "http://host");
    // What browsers ask for by themselves.
    const text = pathname === "/favicon.ico" ? "" : pages[pathname];
    response.writeHead(text === undefined ? 404 : 200, { "Content-Type": TYPES[extname(pathname)] ?? TYPES[".html"], ...headers });
    response.end(text ?? "");
  }, "localhost");
  return { ...server, pages, headers };
}

const archive = new Map();

/** The file in brotli. */
function packed(path) {
  if (!archive.has(path)) {
    archive.set(path, brotliCompressSync(readFileSync(path)));
  }
  return archive.get(path);
}

async function listening(answer, name) {
  const server = createServer(answer);
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, name, resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://${name}:${server.address().port}`, close };
}

/** The file meant by the address, as static hosts look for it. */
export function fileFor(folder, base, address) {
  const path = decodeURIComponent(new URL(address, "http://host").pathname);
  if (!path.startsWith(base) || path.includes("\0")) {
    return undefined;
  }
  const root = normalize(folder);
  const inside = path.slice(base.length);
  const found = join(root, inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside);
  const isInside = found.startsWith(root.endsWith(sep) ? root : root + sep);
  return isInside && statSync(found, { throwIfNoEntry: false })?.isFile() ? found : undefined;
}

/** The text of a file of the site. */
export const textOf = (site, name) => readFileSync(join(site.folder, name), "utf8");
