//! The size budgets of the release page: what a visitor downloads before it works, and what each further program, which is
//! loaded instead of the first only when the address asks for it, weighs on its own. And of the JavaScript package.

use crate::{Outcome, process::Child};

/// All wasm, JavaScript and style sheets together, compressed as a good host does.
pub(crate) const BUDGET_BYTES: u64 = 250_000;

/// What the JavaScript package may take, wasm and JavaScript together, in brotli: a tenth more than when this was written.
/// A page that uses it loads this before it can do anything.
pub(crate) const PACKAGE_BUDGET_BYTES: u64 = 590_000;

/// A program beside the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// What the names of its files begin with, before the digest or `_bg`.
    names: &'static [&'static str],
    pub(crate) what: &'static str,
    pub(crate) budget_bytes: u64,
}

/// The catalogue with its instruments, the course and the glossary, the search and the comparison, and their style sheets: a
/// hundredth more than what they had when this was written.
const CATALOGUE: Program = Program {
    names: &["replicascope-catalogue", "records", "places", "time", "diagram", "measure", "course", "search-worker"],
    what: "the second program",
    budget_bytes: 750_000,
};

/// The offline lab, with its style sheet: a tenth more than what it had when this was written.
const LAB: Program = Program { names: &["replicascope-lab", "lab"], what: "the offline lab", budget_bytes: 256_000 };

/// What another page loads for the element `<replica-scope>`.
const EMBED: Program = Program { names: &["embed"], what: "the script for other pages", budget_bytes: 4_096 };

/// What a frame of another page loads beside the second program.
const FRAME: Program = Program { names: &["frame"], what: "the frame's own part", budget_bytes: 4_096 };

/// What a page in another language than English loads beside its program and the words, which `tests/words/check.mjs` weighs.
const LANGUAGE: Program = Program { names: &["language", "words"], what: "the page's other languages", budget_bytes: 4_096 };

/// What a page loads with the first key that is pressed: it keeps the focus where controls go away.
const FOCUS: Program = Program { names: &["focus"], what: "the keyboard's focus", budget_bytes: 1_024 };

/// All programs beside the first.
const PROGRAMS: [Program; 6] = [CATALOGUE, LAB, EMBED, FRAME, LANGUAGE, FOCUS];

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
    /// What is loaded instead of the first program when the address asks for it.
    pub(crate) others: Vec<(Program, Vec<Size>)>,
}

/// The sizes of all wasm, JavaScript and style sheets in `dist/`.
pub(crate) fn measure() -> Outcome<Sizes> {
    of_folder("dist").map(split)
}

/// The sizes of all wasm, JavaScript and style sheets in a folder.
pub(crate) fn of_folder(folder: &str) -> Outcome<Vec<Size>> {
    let child = Child::new("node").args(["xtask/brotli.mjs", folder]);
    let line = child.line();
    let printed = child.read().ok_or_else(|| format!("`{line}` failed"))?;
    printed.lines().map(|line| parse(line).ok_or_else(|| format!("not a size: {line}"))).collect()
}

/// Anything that is not known to belong to another program counts for the main page.
fn split(sizes: Vec<Size>) -> Sizes {
    let mut first = sizes;
    let others = PROGRAMS.map(|program| {
        let (own, rest) = std::mem::take(&mut first).into_iter().partition(|size| program.owns(&size.name));
        first = rest;
        (program, own)
    });
    Sizes { first, others: others.into() }
}

impl Program {
    fn owns(&self, name: &str) -> bool {
        self.names.iter().filter_map(|own| name.strip_prefix(own)).any(|rest| rest.starts_with(['-', '_', '.']))
    }
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

/// All parts with their sums.
pub(crate) fn describe_all(sizes: &Sizes) -> String {
    let others = sizes.others.iter().map(|(program, sizes)| describe(sizes, program.what, program.budget_bytes));
    describe(&sizes.first, "together", BUDGET_BYTES) + &others.collect::<String>()
}

fn row(raw: u64, brotli: u64, name: &str) -> String {
    format!("{raw:>10} bytes {brotli:>9} in brotli  {name}\n")
}

/// One line for each file, and one for the sum.
pub(crate) fn describe(sizes: &[Size], what: &str, budget_bytes: u64) -> String {
    let mut lines: String = sizes.iter().map(|size| row(size.raw_bytes, size.brotli_bytes, &size.name)).collect();
    let raw_total = sizes.iter().map(|size| size.raw_bytes).sum();
    lines.push_str(&row(raw_total, total_bytes(sizes), &format!("{what}, of {budget_bytes} in brotli")));
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
        assert!(
            describe(&sizes, "together", BUDGET_BYTES).ends_with("      1020 bytes       310 in brotli  together, of 250000 in brotli\n")
        );
    }

    #[test]
    fn only_further_programs_are_not_counted_for_the_page() {
        let lines = [
            "9 4 replicascope-catalogue_bg-0.wasm",
            "8 3 replicascope-app_bg-1.wasm",
            "7 2 replicascope-catalogue-2.js",
            "6 1 service-worker.js",
            "5 1 replicascope-catalogues-3.js",
            "4 1 replicascope-lab_bg-4.wasm",
            "3 1 lab-5.css",
            "2 1 label-6.css",
            "1 1 embed.js",
            "1 2 frame-7.js",
            "1 5 language-8.js",
            "1 7 focus-9.js",
        ];
        let sizes = split(lines.into_iter().map(|line| parse(line).expect("a size")).collect());
        let others: Vec<u64> = sizes.others.iter().map(|(_, sizes)| total_bytes(sizes)).collect();
        assert_eq!((total_bytes(&sizes.first), others), (6, vec![6, 2, 1, 2, 5, 7]));
        let described = describe_all(&sizes);
        let second = format!("        16 bytes         6 in brotli  the second program, of {} in brotli\n", CATALOGUE.budget_bytes);
        assert!(described.contains(&second));
        assert!(described.contains(&format!("         7 bytes         2 in brotli  the offline lab, of {} in brotli\n", LAB.budget_bytes)));
    }

    #[test]
    fn other_lines_are_no_sizes() {
        assert_eq!(parse("no size"), None);
        assert_eq!(parse("1000 300"), None);
    }
}
