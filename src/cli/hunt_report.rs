//! What a search came to, as JSON and for people.

use crate::hunt::{Found, Hunt, Outcome, Size};
use crate::json::verdicts::witness;
use crate::view::words;
use serde_json::{Value as Json, json};
use std::ops::Range;

/// A search that is over.
pub(super) struct Report<'a> {
    pub(super) guarantee: &'a str,
    pub(super) seeds: Range<u64>,
    /// What the subjects are called.
    pub(super) names: &'a [String],
    pub(super) hunt: &'a Hunt,
    pub(super) outcome: &'a Outcome,
}

/// How many parts a run has.
pub(super) const fn parts(size: Size) -> u64 {
    (size.nodes + size.clients + size.operations + size.faults) as u64
}

impl Report<'_> {
    pub(super) fn as_json(&self) -> Json {
        let tally = self.hunt.tally();
        let mut fields = json!({
            "guarantee": self.guarantee,
            "seeds": { "from": self.seeds.start.to_string(), "to": self.seeds.end.to_string() },
            "found": matches!(self.outcome, Outcome::Found(_)),
            "runs": { "searched": tally.searched, "undecided": tally.undecided, "shrunk": tally.shrunk },
            "stopped_at": if let Outcome::Stopped(seed) = self.outcome { Json::from(seed.to_string()) } else { Json::Null },
        });
        if let (Outcome::Found(found), Json::Object(fields)) = (self.outcome, &mut fields)
            && let Json::Object(more) = self.found(found)
        {
            fields.extend(more);
        }
        fields
    }

    fn found(&self, found: &Found) -> Json {
        let origin = self.hunt.target().subjects.get(found.subject).map(|subject| &subject.recipe);
        json!({
            "seed": found.seed.to_string(),
            "scenario": origin.and_then(|recipe| recipe.scenario.as_deref()),
            "variant": origin.and_then(|recipe| recipe.variant.as_deref()),
            "violated": found.verdict.guarantee,
            "promised": found.verdict.promised,
            "violations": found.verdict.violation_count,
            "witness": found.verdict.witness.iter().map(witness).collect::<Vec<_>>(),
            "before": size(found.before),
            "after": size(found.after),
            "is_minimal": found.is_minimal,
            "fingerprint": format!("{:016x}", found.fingerprint),
            "ended_at_ms": found.ended_at.as_ms(),
            "until_ms": found.until.map(|until| until.as_ms()),
            "recipe": serde_json::from_str::<Json>(&found.recipe.to_json()).unwrap_or_default(),
            "link": found.recipe.to_link().ok(),
        })
    }

    pub(super) fn as_text(&self) -> String {
        let tally = self.hunt.tally();
        let seeds = format!("seeds {}..{}", self.seeds.start, self.seeds.end);
        let undecided = match tally.undecided {
            0 => String::new(),
            count => format!("; {} undecided", words::count(count, "run is", "runs are")),
        };
        let runs = words::count(tally.searched, "run", "runs");
        match self.outcome {
            Outcome::Found(found) => self.told(found),
            Outcome::Stopped(seed) => format!("– {}: no violation before seed {seed}, where {runs} were done{undecided}\n", self.guarantee),
            Outcome::NotFound | Outcome::NothingToJudge => {
                let sign = if tally.undecided == 0 { "✓" } else { "–" };
                format!("{sign} {}: no violation with {seeds} in {runs}{undecided}\n", self.guarantee)
            }
        }
    }

    fn told(&self, found: &Found) -> String {
        let name = self.names.get(found.subject).map_or("", String::as_str);
        let promised = if found.verdict.promised { ", which was promised" } else { "" };
        let mut text = format!("✕ {} is violated by {name} with seed {}{promised}\n", found.verdict.guarantee, found.seed);
        for witness in &found.verdict.witness {
            text.push_str(&format!("  {}\n", witness.sentence));
        }
        let (before, after) = (found.before, found.after);
        text.push_str("  shrunk\n");
        for (part, before, after) in [
            ("sites", before.sites, after.sites),
            ("nodes", before.nodes, after.nodes),
            ("clients", before.clients, after.clients),
            ("operations", before.operations, after.operations),
            ("faults", before.faults, after.faults),
        ] {
            text.push_str(&format!("    {part:<12}{before:>7} → {after}\n"));
        }
        let tally = self.hunt.tally();
        let minimal = if found.is_minimal { "no part can be left out alone" } else { "more parts may be left out: --max-runs was reached" };
        text.push_str(&format!("  {} searched, {} to shrink: {minimal}\n", words::count(tally.searched, "run", "runs"), tally.shrunk));
        let until = found.until.map(|until| format!(", judged with --until {}", until.as_ms())).unwrap_or_default();
        text.push_str(&format!("  fingerprint {:016x}{until}\n", found.fingerprint));
        text.push_str(&found.recipe.to_link().map_or_else(|error| format!("  no link: {error}\n"), |link| format!("{link}\n")));
        text.push_str(&format!("{}\n", found.recipe.to_json()));
        text
    }
}

fn size(size: Size) -> Json {
    let Size { sites, nodes, clients, operations, faults } = size;
    json!({ "sites": sites, "nodes": nodes, "clients": clients, "operations": operations, "faults": faults })
}
