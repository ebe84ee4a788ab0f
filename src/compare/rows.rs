//! What runs came to, a row for each number and each guarantee, a cell for each run.

use crate::scenarios::Outcome;

/// One number or guarantee.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The name of the number, or the id of the guarantee.
    pub key: &'static str,
    /// What each run came to, in their order.
    pub cells: Vec<Cell>,
}

/// What one run came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// A number.
    Number(f64),
    /// A guarantee.
    Judged {
        /// Whether it holds; `None`: undecided.
        holds: Option<bool>,
        /// Whether the configuration promises it.
        promised: bool,
        /// How often it is violated.
        violation_count: u32,
    },
    /// The run has nothing that it is about.
    Absent,
}

impl Row {
    /// Whether the runs differ in it. How often a guarantee is violated is no difference, nor whether it is promised.
    #[must_use]
    pub fn differs(&self) -> bool {
        let outcome = |cell: &Cell| match *cell {
            Cell::Judged { holds, .. } => Cell::Judged { holds, promised: false, violation_count: 0 },
            other => other,
        };
        self.cells.windows(2).any(|two| outcome(&two[0]) != outcome(&two[1]))
    }
}

/// The rows: numbers first, then all guarantees that any of the runs is judged by.
#[must_use]
pub fn rows(outcomes: &[Outcome<'_>]) -> Vec<Row> {
    let numbers: Vec<_> = outcomes.iter().map(|outcome| outcome.metrics.rows()).collect();
    let number = |(index, (key, _)): (usize, &(&'static str, f64))| {
        let cell = |rows: &Vec<(&str, f64)>| rows.get(index).map_or(Cell::Absent, |row| Cell::Number(row.1));
        Row { key, cells: numbers.iter().map(cell).collect() }
    };
    let mut rows: Vec<Row> = numbers.first().into_iter().flatten().enumerate().map(number).collect();
    let mut guarantees: Vec<&'static str> = Vec::new();
    for verdict in outcomes.iter().flat_map(|outcome| &outcome.verdicts) {
        if !guarantees.contains(&verdict.guarantee) {
            guarantees.push(verdict.guarantee);
        }
    }
    let judged = |guarantee: &'static str| {
        let cell = |outcome: &Outcome<'_>| {
            let verdict = outcome.verdicts.iter().find(|verdict| verdict.guarantee == guarantee);
            verdict.map_or(Cell::Absent, |verdict| Cell::Judged {
                holds: verdict.holds,
                promised: verdict.promised,
                violation_count: verdict.violation_count,
            })
        };
        Row { key: guarantee, cells: outcomes.iter().map(cell).collect() }
    };
    rows.extend(guarantees.into_iter().map(judged));
    rows
}
