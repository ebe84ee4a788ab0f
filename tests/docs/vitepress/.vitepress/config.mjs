// A site as somebody who documents a database might have it. The address of Replicascope is put in when it is served.
export default {
  title: "Somebody's database",
  description: "A page with embeds",
  outDir: process.env.OUT,
  cacheDir: process.env.CACHE,
  head: [
    ["script", { src: "http://replicascope.invalid/embed.js", async: "" }],
    ["script", { src: "/listen.js" }],
  ],
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag === "replica-scope" } } },
};
