//! The size budgets of the release page: what a visitor downloads before it works, and what the second program, which is
//! loaded only when the address asks for more than the opening scene, weighs on its own.

use crate::{Outcome, process::Child};

/// All wasm, JavaScript and style sheets together, compressed as a good host does.
pub(crate) const BUDGET_BYTES: u64 = 250_000;

/// The second program with its JavaScript, compressed in the same way: about one and a half times what it had when this
/// was written, so that it can grow with the catalogue and not by accident.
pub(crate) const CATALOGUE_BUDGET_BYTES: u64 = 600_000;

/// What the names of the second program's files begin with.
const CATALOGUE: &str = "replicascope-catalogue";

/// One file of the page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) name: String,
    pub(crate) raw_bytes: u64,
    pub(crate) brotli_bytes: u64,
}

/// What the page consists of.
pub(crate) struct Sizes {
    /// What the main page loads: the first program, all JavaScript around it, all style sheets.
    pub(crate) first: Vec<Size>,
    /// What is loaded instead of the first program when the address asks for more.
    pub(crate) catalogue: Vec<Size>,
}

/// The sizes of all wasm, JavaScript and style sheets in `dist/`.
pub(crate) fn measure() -> Outcome<Sizes> {
    let child = Child::new("node").args(["xtask/brotli.mjs", "dist"]);
    let line = child.line();
    let printed = child.read().ok_or_else(|| format!("`{line}` failed"))?;
    let sizes: Vec<Size> = printed.lines().map(|line| parse(line).ok_or_else(|| format!("not a size: {line}"))).collect::<Outcome<_>>()?;
    Ok(split(sizes))
}

/// Anything that is not known to belong to the second program counts for the main page.
fn split(sizes: Vec<Size>) -> Sizes {
    let (catalogue, first) = sizes.into_iter().partition(|size| size.name.starts_with(CATALOGUE));
    Sizes { first, catalogue }
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

/// Both parts with their sums.
pub(crate) fn describe_all(sizes: &Sizes) -> String {
    let rest: u64 = total_bytes(&sizes.catalogue);
    let rows: String = sizes.catalogue.iter().map(|size| row(size.raw_bytes, size.brotli_bytes, &size.name)).collect();
    let sum = format!("the second program, of {CATALOGUE_BUDGET_BYTES} in brotli");
    let raw_total = sizes.catalogue.iter().map(|size| size.raw_bytes).sum();
    format!("{}{rows}{}", describe(&sizes.first), row(raw_total, rest, &sum))
}

fn row(raw: u64, brotli: u64, name: &str) -> String {
    format!("{raw:>10} bytes {brotli:>9} in brotli  {name}\n")
}

/// One line for each file, and one for the sum.
pub(crate) fn describe(sizes: &[Size]) -> String {
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
    fn only_the_second_program_is_not_counted_for_the_page() {
        let lines =
            ["9 4 replicascope-catalogue_bg.wasm", "8 3 replicascope-app-1_bg.wasm", "7 2 replicascope-catalogue.js", "6 1 other.js"];
        let sizes = split(lines.into_iter().map(|line| parse(line).expect("a size")).collect());
        assert_eq!((total_bytes(&sizes.first), total_bytes(&sizes.catalogue)), (4, 6));
        assert!(describe_all(&sizes).ends_with("        16 bytes         6 in brotli  the second program, of 600000 in brotli\n"));
    }

    #[test]
    fn other_lines_are_no_sizes() {
        assert_eq!(parse("no size"), None);
        assert_eq!(parse("1000 300"), None);
    }
}
