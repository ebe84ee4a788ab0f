//! What came of a run.

use crate::checkers::{Verdict, Witness};
use crate::scenarios::metrics::Metrics;
use serde_json::{Map, Value as Json, json};

/// A verdict.
pub(crate) fn verdict(verdict: &Verdict) -> Json {
    let mut fields = json!({
        "guarantee": verdict.guarantee,
        "holds": verdict.holds,
        "promised": verdict.promised,
        "violations": verdict.violation_count,
        "witness": verdict.witness.iter().map(witness).collect::<Vec<_>>(),
    });
    if let Some(because) = &verdict.undecided_because {
        fields["undecided_because"] = Json::from(because.as_str());
    }
    fields
}

/// What shows a violation.
pub(crate) fn witness(witness: &Witness) -> Json {
    let dots: Vec<String> = witness.dots.iter().map(ToString::to_string).collect();
    json!({ "sentence": witness.sentence, "operations": witness.operations, "dots": dots })
}

/// The numbers by name: counts as whole numbers, times in milliseconds.
pub(crate) fn metrics(metrics: &Metrics) -> Json {
    let number = |(name, value): (&str, f64)| {
        let is_count = !name.contains("_ms") && value >= 0.0 && value.fract() == 0.0;
        (name.to_owned(), if is_count { Json::from(value as u64) } else { Json::from(value) })
    };
    Json::Object(metrics.rows().into_iter().map(number).collect::<Map<_, _>>())
}
