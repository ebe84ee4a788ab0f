//! What a run came to, as JSON and as a table.

use super::play::Played;
use crate::checkers::Verdict;
use crate::json::verdicts::{metrics, verdict};
use crate::scenarios::Outcome;
use crate::scenarios::claim::Claimed;
use crate::view::words;
use serde_json::{Value as Json, json};

pub(super) fn as_json(played: &Played, outcome: &Outcome<'_>) -> Json {
    json!({
        "scenario": played.job.recipe.scenario,
        "variant": played.job.recipe.variant,
        "strategy": played.session.setup().strategy,
        "seed": played.session.seed().to_string(),
        "fingerprint": fingerprint(played),
        "ended_at_ms": played.session.now().as_ms(),
        "events": played.session.event_count(),
        "expectations": played.claims.iter().map(|claimed| json!({ "claim": claimed.claim, "held": claimed.held })).collect::<Vec<_>>(),
        "verdicts": outcome.verdicts.iter().map(verdict).collect::<Vec<_>>(),
        "metrics": metrics(&outcome.metrics),
    })
}

fn fingerprint(played: &Played) -> String {
    format!("{:016x}", played.session.fingerprint())
}

/// A heading, claims, guarantees and numbers.
pub(super) fn as_text(played: &Played, outcome: &Outcome<'_>) -> String {
    let session = &played.session;
    let mut text = format!(
        "{}\n  strategy {}, seed {}, {} in {}, fingerprint {}\n",
        played.job.name,
        session.setup().strategy,
        session.seed(),
        words::count(session.event_count(), "event", "events"),
        words::time(session.now()),
        fingerprint(played)
    );
    for claimed in &played.claims {
        text.push_str(&format!("  {} {}\n", sign(claimed.held), told(claimed)));
    }
    text.push_str("  guarantees\n");
    for verdict in &outcome.verdicts {
        text.push_str(&format!("    {} {:<24}{}\n", sign(verdict.holds), verdict.guarantee, standing(verdict)));
    }
    text.push_str("  measured\n");
    for (name, value) in outcome.metrics.rows() {
        text.push_str(&format!("    {name:<24}{:>12}\n", words::decimal(value, 3)));
    }
    text
}

const fn sign(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "✓",
        Some(false) => "✕",
        None => "–",
    }
}

fn told(claimed: &Claimed) -> String {
    let aside = if claimed.held.is_none() { " (not judged on this run)" } else { "" };
    format!("{}{aside}", claimed.claim)
}

fn standing(verdict: &Verdict) -> String {
    let promised = if verdict.promised { ", promised" } else { "" };
    match (verdict.holds, &verdict.undecided_because) {
        (Some(true), _) => format!("holds{promised}"),
        (Some(false), _) => {
            let first = verdict.witness.first().map(|witness| format!(": {}", witness.sentence)).unwrap_or_default();
            format!("violated {}{promised}{first}", words::count(u64::from(verdict.violation_count), "time", "times"))
        }
        (None, because) => format!("undecided{promised}: {}", because.as_deref().unwrap_or("not known why")),
    }
}
