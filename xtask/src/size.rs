//! The size budget of the release page: what a visitor downloads before the page works.

use crate::{Outcome, process::Child};

/// All wasm, JavaScript and style sheets together, compressed as a good host does.
pub(crate) const BUDGET_BYTES: u64 = 250_000;

/// One file of the page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) name: String,
    pub(crate) raw_bytes: u64,
    pub(crate) brotli_bytes: u64,
}

/// The sizes of all wasm, JavaScript and style sheets in `dist/`.
pub(crate) fn measure() -> Outcome<Vec<Size>> {
    let child = Child::new("node").args(["xtask/brotli.mjs", "dist"]);
    let line = child.line();
    let printed = child.read().ok_or_else(|| format!("`{line}` failed"))?;
    printed.lines().map(|line| parse(line).ok_or_else(|| format!("not a size: {line}"))).collect()
}

/// A line of `brotli.mjs`: raw and compressed bytes, and the name.
fn parse(line: &str) -> Option<Size> {
    let mut words = line.splitn(3, ' ');
    let raw_bytes = words.next()?.parse().ok()?;
    let brotli_bytes = words.next()?.parse().ok()?;
    Some(Size { name: words.next()?.to_owned(), raw_bytes, brotli_bytes })
}

/// What the budget counts.
pub(crate) fn total_bytes(sizes: &[Size]) -> u64 {
    sizes.iter().map(|size| size.brotli_bytes).sum()
}

/// One line for each file, and one for the sum.
pub(crate) fn describe(sizes: &[Size]) -> String {
    let row = |raw: u64, brotli: u64, name: &str| format!("{raw:>10} bytes {brotli:>9} in brotli  {name}\n");
    let mut lines: String = sizes.iter().map(|size| row(size.raw_bytes, size.brotli_bytes, &size.name)).collect();
    let raw_total = sizes.iter().map(|size| size.raw_bytes).sum();
    lines.push_str(&row(raw_total, total_bytes(sizes), &format!("together, of {BUDGET_BYTES} in brotli")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_added() {
        let sizes = [parse("1000 300 a b.js"), parse("20 10 c.css")].map(|size| size.expect("a size"));
        assert_eq!(sizes[0], Size { name: "a b.js".to_owned(), raw_bytes: 1000, brotli_bytes: 300 });
        assert_eq!(total_bytes(&sizes), 310);
        assert!(describe(&sizes).ends_with("      1020 bytes       310 in brotli  together, of 250000 in brotli\n"));
    }

    #[test]
    fn other_lines_are_no_sizes() {
        assert_eq!(parse("no size"), None);
        assert_eq!(parse("1000 300"), None);
    }
}
