//! How many checks passed and failed, read from what test runners print.

use std::ops::AddAssign;

/// Passed and failed, of one runner or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed_count: u32,
    pub(crate) failed_count: u32,
}

impl Tally {
    /// One check.
    pub(crate) fn one(passed: bool) -> Self {
        Self { passed_count: u32::from(passed), failed_count: u32::from(!passed) }
    }

    pub(crate) fn count(self) -> u32 {
        self.passed_count + self.failed_count
    }

    /// The line that ends a run: `12 passed, 0 failed`.
    pub(crate) fn line(self) -> String {
        format!("{} passed, {} failed", self.passed_count, self.failed_count)
    }

    /// The sum of all `test result: ok. 12 passed; 0 failed; …` lines, as printed by cargo's own test runner
    /// and by the one for wasm, once for each binary and once for the documentation.
    pub(crate) fn of_cargo(output: &str) -> Self {
        let mut sum = Self::default();
        for line in output.lines() {
            if let Some((_, counts)) = line.split_once("test result: ") {
                sum += Self::of_counts(counts, ';');
            }
        }
        sum
    }

    /// The last line of the shape `12 passed, 0 failed`.
    pub(crate) fn of_closing_line(output: &str) -> Self {
        let closing = output.lines().rev().map(str::trim).find(|line| is_closing(line));
        closing.map_or_else(Self::default, |line| Self::of_counts(line, ','))
    }

    /// A runner that failed without saying which test did is a failure all the same.
    pub(crate) fn judged(mut self, succeeded: bool) -> Self {
        if !succeeded && self.failed_count == 0 {
            self.failed_count = 1;
        }
        self
    }

    fn of_counts(text: &str, separator: char) -> Self {
        let number_before = |word: &str| {
            text.split(separator).find_map(|part| {
                let before = part.trim().strip_suffix(word)?.trim_end();
                before.rsplit(' ').next()?.parse().ok()
            })
        };
        Self { passed_count: number_before("passed").unwrap_or(0), failed_count: number_before("failed").unwrap_or(0) }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed_count += other.passed_count;
        self.failed_count += other.failed_count;
    }
}

fn is_closing(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let is_number = |word: &str| word.parse::<u32>().is_ok();
    matches!(words[..], [passed, "passed,", failed, "failed"] if is_number(passed) && is_number(failed))
}

/// The text without the escape sequences that colour it.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        // A sequence ends with its first letter.
        let end = after.find(|character: char| character.is_ascii_alphabetic());
        rest = end.map_or("", |index| &after[index + 1..]);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed_count: u32, failed_count: u32) -> Tally {
        Tally { passed_count, failed_count }
    }

    #[test]
    fn cargo_prints_one_result_for_each_binary() {
        let output = "
running 12 tests
test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s

   Doc-tests replicascope
test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s
";
        assert_eq!(Tally::of_cargo(output), tally(15, 2));
    }

    #[test]
    fn the_wasm_runner_prints_the_same_shape() {
        let output = "Running headless tests in Chrome\n    test result: ok. 7 passed; 0 failed; 0 ignored; 0 filtered out\n";
        assert_eq!(Tally::of_cargo(output), tally(7, 0));
    }

    #[test]
    fn an_empty_wasm_binary_counts_nothing() {
        assert_eq!(Tally::of_cargo("no tests to run!\n"), tally(0, 0));
    }

    #[test]
    fn the_last_closing_line_counts() {
        let output = "ok lag (12 ms)\n1 passed, 0 failed in a part\n3 passed, 1 failed\n40 passed, 2 failed\n\n";
        assert_eq!(Tally::of_closing_line(output), tally(40, 2));
        assert_eq!(Tally::of_closing_line("nothing passed, nothing failed"), tally(0, 0));
    }

    #[test]
    fn a_failure_without_a_count_is_one() {
        assert_eq!(tally(3, 0).judged(false), tally(3, 1));
        assert_eq!(tally(3, 2).judged(false), tally(3, 2));
        assert_eq!(tally(3, 0).judged(true), tally(3, 0));
    }

    #[test]
    fn sums_and_lines() {
        let mut sum = Tally::one(true);
        sum += Tally::one(false);
        assert_eq!((sum.count(), sum.line()), (2, "1 passed, 1 failed".to_owned()));
    }

    #[test]
    fn colours_are_removed() {
        assert_eq!(plain("test result: \x1b[1;32mok\x1b[0m. 1 passed"), "test result: ok. 1 passed");
        assert_eq!(plain("cut \x1b[3"), "cut ");
        assert_eq!(plain("none"), "none");
    }
}
