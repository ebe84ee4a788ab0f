// Text as Markdown.

/** Text that means nothing but itself. */
export const plain = (text) => String(text).replace(/[\\`*_{}[\]<>|#]/g, (character) => `\\${character}`).replace(/\s+/g, " ");

/** Text inside of an HTML attribute or element. */
export const html = (text) => String(text).replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);

export const code = (text) => `\`${text}\``;

/** A table; cells are Markdown. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A fenced block. */
export const block = (language, text) => `\`\`\`${language}\n${text}\n\`\`\``;
