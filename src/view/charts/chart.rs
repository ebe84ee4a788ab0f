//! Charts as plain data: lines with names, a scale, paths, and the same numbers as a table.

use super::bins::{Bin, Bins};
use crate::limits;
use crate::replication::ids::NodeId;
use crate::replication::time::{SimDuration, SimTime};
use crate::view::names::Names;
use crate::view::words;

/// Lines of one chart, at most; the table has all.
pub const MOST_LINES: usize = 6;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// A value for each bin; `None`: there is none.
    pub values: Vec<Option<f64>>,
}

/// One chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Its id in the page.
    pub id: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// In which unit.
    pub unit: &'static str,
    /// Its lines.
    pub lines: Vec<Line>,
    /// How long a bin is.
    pub width: SimDuration,
    /// The upper end of its scale.
    pub top: f64,
    /// What it does not show, and why.
    pub note: String,
}

/// All charts of a run, in the order in which they stand.
#[must_use]
pub fn charts(bins: &Bins, names: &Names) -> Vec<Chart> {
    let ms = |duration: SimDuration| duration.0 as f64 / 1e6;
    let seconds = bins.width().0 as f64 / 1e9;
    let one = |name: &str, value: &dyn Fn(&Bin) -> Option<f64>| Line { name: name.to_owned(), values: bins.iter().map(value).collect() };
    let nodes: Vec<NodeId> = names.nodes().collect();
    let each = |value: &dyn Fn(&Bin, usize) -> Option<f64>| -> Vec<Line> {
        let line = |node: &NodeId| one(&names.node(*node), &|bin| value(bin, node.index()));
        nodes.iter().map(line).filter(|line| line.values.iter().any(Option::is_some)).collect()
    };
    let lag = |bin: &Bin, node: usize| *bin.sample.as_ref()?.lags.get(node)?;
    let mut conflicts = 0;
    let mut lost = None;
    let sum = |bin: &Bin, sum: &mut u64| {
        *sum += bin.conflict_count;
        Some(*sum as f64)
    };
    let found = bins.iter().map(|bin| sum(bin, &mut conflicts)).collect();
    let losses = bins.iter().map(|bin| {
        let sample = bin.sample.as_ref();
        if sample.is_some_and(|sample| sample.is_unjudged) {
            return None;
        }
        lost = sample.and_then(|sample| sample.lost_count).or(lost);
        lost.map(|count| count as f64)
    });
    let losses = losses.collect();
    let unjudged = bins.iter().position(|bin| bin.sample.as_ref().is_some_and(|sample| sample.is_unjudged));
    let note = unjudged.map(|index| unjudged_from(SimTime(bins.width().0 * index as u64))).unwrap_or_default();
    vec![
        chart("lag-entries", "Replication lag", "entries behind the leader", bins, each(&|bin, node| Some(lag(bin, node)?.0 as f64))),
        chart("lag-ms", "Replication lag in time", "ms behind the leader", bins, each(&|bin, node| Some(ms(lag(bin, node)?.1)))),
        chart(
            "throughput",
            "Throughput",
            "operations a second",
            bins,
            vec![
                one("answered", &|bin| Some(bin.ok_count as f64 / seconds)),
                one("refused", &|bin| Some(bin.failed_count as f64 / seconds)),
                one("outcome unknown", &|bin| Some(bin.unknown_count as f64 / seconds)),
            ],
        ),
        chart(
            "latency",
            "Latency",
            "ms",
            bins,
            vec![
                one("median (p50)", &|bin| bin.percentile(50).map(ms)),
                one("one in a hundred is longer (p99)", &|bin| bin.percentile(99).map(ms)),
            ],
        ),
        chart(
            "staleness",
            "Staleness of reads",
            "ms",
            bins,
            vec![one("oldest missed write", &|bin| (bin.ok_count > 0).then(|| ms(bin.stale_most)))],
        ),
        chart(
            "utilisation",
            "Node utilisation",
            "% of the time at work",
            bins,
            each(&|bin, node| Some(100.0 * bin.busy.get(node)?.0 as f64 / bins.width().0 as f64)),
        ),
        Chart {
            note,
            ..chart(
                "conflicts",
                "Conflicts and lost writes",
                "so far",
                bins,
                vec![Line { name: "conflicts".to_owned(), values: found }, Line { name: "lost writes".to_owned(), values: losses }],
            )
        },
    ]
}

fn unjudged_from(at: SimTime) -> String {
    format!(
        "Lost writes are shown up to {}: from there on there are more than {}, too many to judge all of them again at \
         every moment. The Verdicts tab judges all of them at the moment on the stage.",
        words::time(at),
        words::count(limits::MAX_CHART_JUDGED as u64, "operation", "operations"),
    )
}

fn chart(id: &'static str, title: &'static str, unit: &'static str, bins: &Bins, lines: Vec<Line>) -> Chart {
    let most = lines.iter().flat_map(|line| &line.values).flatten().copied().fold(0.0, f64::max);
    Chart { id, title, unit, lines, width: bins.width(), top: nice(most), note: String::new() }
}

/// The next of 1, 2 and 5 times a power of ten; 1 at least.
fn nice(most: f64) -> f64 {
    let mut unit = 1.0;
    loop {
        for factor in [1.0, 2.0, 5.0] {
            if most <= unit * factor {
                return unit * factor;
            }
        }
        unit *= 10.0;
    }
}

impl Chart {
    /// The path of a line in a picture of this size: a step for each bin, broken where there is no value.
    #[must_use]
    pub fn path(&self, line: &Line, width: f64, height: f64) -> String {
        let count = line.values.len().max(1) as f64;
        let mut path = String::new();
        let mut before = false;
        for (index, value) in line.values.iter().enumerate() {
            let Some(value) = value else {
                before = false;
                continue;
            };
            let (left, right) = (index as f64 / count * width, (index + 1) as f64 / count * width);
            let y = height - value / self.top * height;
            let place = |number: f64| words::rounded(number, 1);
            let step = if before { format!("V{}", place(y)) } else { format!("M{} {}", place(left), place(y)) };
            path.push_str(&format!("{step}H{}", place(right)));
            before = true;
        }
        path
    }

    /// The last value of each line, in words.
    #[must_use]
    pub fn latest(line: &Line) -> String {
        line.values.iter().rev().find_map(|value| *value).map_or_else(|| "no value".to_owned(), |value| words::decimal(value, 2))
    }

    /// Names of the table's columns.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        ["from ms", "to ms"].into_iter().map(str::to_owned).chain(self.lines.iter().map(|line| line.name.clone())).collect()
    }

    /// Its rows: a bin each, those left out in which no line has a value.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<String>> {
        let count = self.lines.iter().map(|line| line.values.len()).max().unwrap_or(0);
        let at = |index: usize| words::decimal(SimTime(self.width.0 * index as u64).as_ms(), 3);
        let row = |index: usize| {
            let values: Vec<Option<f64>> = self.lines.iter().map(|line| line.values.get(index).copied().flatten()).collect();
            let is_empty = values.iter().all(Option::is_none);
            let cells = values.into_iter().map(|value| value.map_or_else(String::new, |value| words::decimal(value, 3)));
            (!is_empty).then(|| [at(index), at(index + 1)].into_iter().chain(cells).collect())
        };
        (0..count).filter_map(row).collect()
    }

    /// The table as comma-separated values.
    #[must_use]
    pub fn csv(&self) -> String {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let mut text = format!("{}\r\n", self.columns().iter().map(quoted).collect::<Vec<_>>().join(","));
        for row in self.rows() {
            text.push_str(&format!("{}\r\n", row.join(",")));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_break_where_there_is_no_value_and_scales_are_round() {
        let line = Line { name: "a \"b\"".to_owned(), values: vec![Some(0.0), Some(5.0), None, Some(10.0)] };
        let chart = Chart {
            id: "x",
            title: "x",
            unit: "x",
            lines: vec![line.clone()],
            width: SimDuration::from_ms(2),
            top: nice(10.0),
            note: String::new(),
        };
        assert_eq!(chart.path(&line, 40.0, 10.0), "M0.0 10.0H10.0V5.0H20.0M30.0 0.0H40.0");
        assert_eq!((nice(0.0), nice(11.0), nice(300.0)), (1.0, 20.0, 500.0));
        assert_eq!(chart.csv(), "\"from ms\",\"to ms\",\"a \"\"b\"\"\"\r\n0,2,0\r\n2,4,5\r\n6,8,10\r\n");
    }
}
