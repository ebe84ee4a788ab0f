//! Two futures of a run compared at one moment: what was done, what replicas hold, what clients were told, what the
//! checkers say, and what was measured. Only what differs is listed.

use super::describe;
use super::names::Names;
use super::operations;
use super::words;
use crate::recipe::TimedCommand;
use crate::replication::ids::SessionId;
use crate::replication::time::SimTime;
use crate::scenarios::Scenario;
use crate::scenarios::claim::Outcome;
use crate::session::Session;
use std::collections::BTreeMap;

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What.
    pub what: String,
    /// How it stands in the first.
    pub one: String,
    /// How it stands in the other.
    pub other: String,
}

/// All that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Names of both.
    pub names: [String; 2],
    /// When both were looked at.
    pub at: SimTime,
    /// Tables: their titles and rows. Those without rows are there too.
    pub tables: Vec<(&'static str, Vec<Row>)>,
}

/// What one side showed, by what it is about.
type Facts = BTreeMap<(u32, u32, String), String>;

/// Rows of one table, at most.
const MOST_ROWS: usize = 60;
const NOTHING: &str = "–";

/// Compares two sessions that stand at the same moment.
#[must_use]
pub fn difference(sides: [(&str, &Session); 2], scenario: Option<&Scenario>, names: &Names) -> Difference {
    let [one, other] = sides.map(|(_, session)| Outcome::of(scenario, session));
    let tables = [
        ("What was done", commands as fn(&Outcome<'_>, &Names) -> Facts),
        ("What replicas hold", state),
        ("What clients were told", outcomes),
        ("Guarantees", verdicts),
        ("Measured", metrics),
    ];
    Difference {
        names: sides.map(|(name, _)| name.to_owned()),
        at: sides[0].1.now().min(sides[1].1.now()),
        tables: tables.into_iter().map(|(title, facts)| (title, rows(facts(&one, names), facts(&other, names)))).collect(),
    }
}

impl Difference {
    /// The whole in a sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        let count: usize = self.tables.iter().map(|(_, rows)| rows.len()).sum();
        let at = words::time(self.at);
        if count == 0 {
            return format!("At {at} nothing differs.");
        }
        format!(
            "At {at} {} between “{}” and “{}”.",
            words::count(count as u64, "thing differs", "things differ"),
            self.names[0],
            self.names[1]
        )
    }
}

fn rows(one: Facts, other: Facts) -> Vec<Row> {
    let mut whats: Vec<&(u32, u32, String)> = one.keys().chain(other.keys()).collect();
    whats.sort_unstable();
    whats.dedup();
    let told = |facts: &Facts, what: &(u32, u32, String)| facts.get(what).cloned().unwrap_or_else(|| NOTHING.to_owned());
    let row = |what: &(u32, u32, String)| Row { what: what.2.clone(), one: told(&one, what), other: told(&other, what) };
    whats.into_iter().map(row).filter(|row| row.one != row.other).take(MOST_ROWS).collect()
}

/// Each command by its number.
fn commands(outcome: &Outcome<'_>, names: &Names) -> Facts {
    let words = |timed: &TimedCommand| format!("{}: {}", words::time(timed.at_ns), describe::command(&timed.command, names));
    let given = outcome.session.commands().iter().take(outcome.session.applied_count());
    (1..).zip(given).map(|(number, timed)| ((number, 0, format!("Action {number}")), words(timed))).collect()
}

/// Each record of each node, and what the node is.
fn state(outcome: &Outcome<'_>, names: &Names) -> Facts {
    let mut facts = Facts::new();
    for node in &outcome.snapshot.nodes {
        let name = names.node(node.node);
        let place = u32::from(node.node.0);
        let role = node.replica.as_ref().map_or("down", |replica| words::role(replica.role));
        facts.insert((place, 0, name.clone()), role.to_owned());
        let Some(replica) = &node.replica else { continue };
        for (key, decided) in &replica.records {
            let conflicts = if decided.conflicts.is_empty() { "" } else { " (in conflict)" };
            facts.insert((place, 1, format!("{key} at {name}")), format!("{}{conflicts}", describe::content(&decided.content)));
        }
    }
    facts
}

/// Each operation by its session and its number there.
fn outcomes(outcome: &Outcome<'_>, names: &Names) -> Facts {
    let history = outcome.session.history();
    let mut counts: BTreeMap<SessionId, u32> = BTreeMap::new();
    let mut facts = Facts::new();
    for (number, record) in (0..).zip(history.iter()) {
        let count = counts.entry(record.session).or_default();
        *count += 1;
        let Some(line) = operations::line(number, history, names) else { continue };
        facts.insert((u32::from(record.session.0), *count, format!("{} {count}", names.session(record.session))), line.text);
    }
    facts
}

fn verdicts(outcome: &Outcome<'_>, _: &Names) -> Facts {
    let words = |verdict: &crate::checkers::Verdict| match verdict.holds {
        Some(true) => "holds".to_owned(),
        Some(false) => format!("violated {}", words::count(u64::from(verdict.violation_count), "time", "times")),
        None => "undecided".to_owned(),
    };
    (0..).zip(&outcome.verdicts).map(|(place, verdict)| ((place, 0, verdict.title.to_owned()), words(verdict))).collect()
}

fn metrics(outcome: &Outcome<'_>, _: &Names) -> Facts {
    let row = |(place, (name, number)): (u32, (&'static str, f64))| ((place, 0, metric(name)), words::decimal(number, 2));
    (0..).zip(outcome.metrics.rows()).map(row).collect()
}

/// "read_ms_mean" for people: "Read, mean (ms)".
fn metric(name: &str) -> String {
    let unit = ["ms", "percent"].into_iter().find(|unit| name.split('_').any(|part| part == *unit));
    let plain: Vec<&str> = name.split('_').filter(|part| Some(*part) != unit).collect();
    let plain = words::sentence_case(&plain.join(" "));
    unit.map_or(plain.clone(), |unit| format!("{plain} ({})", if unit == "percent" { "%" } else { unit }))
}

#[cfg(all(test, feature = "catalogue"))]
mod tests {
    use super::*;
    use crate::replication::ids::NodeId;
    use crate::scenarios;
    use crate::simulation::command::{Action, Command, NodeCommand};

    fn run(fault: Option<NodeCommand>) -> Session {
        let scenario = scenarios::find("single-leader-async").expect("it is in the list");
        let mut session = Session::open(scenario.recipe(None).expect("it has a setup")).expect("it can be run");
        session.run_until(SimTime::from_ms(50));
        if let Some(fault) = fault {
            session.submit(Command::Node { node: NodeId(1), fault }).expect("a valid command");
        }
        let action = Action::Put { key: "page".into(), value: crate::replication::delta::Value::Number(7) };
        session.submit(Command::Act { session: SessionId(0), action }).expect("a valid command");
        session.run_until(SimTime::from_ms(2_000));
        session
    }

    fn table<'a>(difference: &'a Difference, title: &str) -> &'a [Row] {
        difference.tables.iter().find(|(name, _)| *name == title).map(|(_, rows)| rows.as_slice()).expect("every table is there")
    }

    #[test]
    fn only_what_differs_is_listed_side_by_side() {
        let (plain, crashed) = (run(None), run(Some(NodeCommand::Crash)));
        let names = Names::new(plain.setup());
        let difference = difference([("plain", &plain), ("crashed", &crashed)], None, &names);
        let done = table(&difference, "What was done");
        assert_eq!(done.len(), 2, "{done:?}");
        assert!(done[1].other.contains("page"), "{done:?}");
        assert_eq!(done[1].one, NOTHING);
        let state = table(&difference, "What replicas hold");
        assert!(state.iter().any(|row| row.other == "down" && row.what == names.node(NodeId(1))), "{state:?}");
        assert!(state.iter().all(|row| row.one != row.other));
        assert!(difference.summary().starts_with("At 2000.0 ms "), "{}", difference.summary());
    }

    #[test]
    fn a_run_does_not_differ_from_itself() {
        let run = run(None);
        let difference = difference([("a", &run), ("b", &run)], None, &Names::new(run.setup()));
        assert!(difference.tables.iter().all(|(_, rows)| rows.is_empty()));
        assert_eq!(difference.summary(), "At 2000.0 ms nothing differs.");
    }

    #[test]
    fn measured_numbers_have_their_unit() {
        assert_eq!(metric("read_ms_mean"), "Read mean (ms)");
        assert_eq!(metric("busiest_node_percent"), "Busiest node (%)");
        assert_eq!(metric("lost_writes"), "Lost writes");
    }
}
