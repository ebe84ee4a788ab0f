//! `check`: judges a history file by one guarantee.

use super::{Ended, Problem, input, print};
use crate::histories::{self, FailedCas, Guarantee, History, Model, NullRead, Options, Value, Verdict};
use crate::json::history::{key_name, value, verdict_on};
use crate::limits;
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::Value as Json;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// What to judge, and how to understand it.
#[derive(Args)]
pub(super) struct Arguments {
    /// History as JSON lines; `-` reads standard input
    history: String,
    /// The guarantee
    #[arg(long, value_name = "GUARANTEE", value_parser = PossibleValuesParser::new(Guarantee::ALL.map(|(_, id)| id)))]
    guarantee: String,
    /// Which operations there may be; by default the smallest model that has all of the history's
    #[arg(long, value_name = "MODEL", value_parser = PossibleValuesParser::new(Model::ALL.map(|(_, id)| id)))]
    model: Option<String>,
    /// What every key holds at the start: a number, a string or null
    #[arg(long, value_name = "JSON", default_value = "null", allow_hyphen_values = true)]
    initial: String,
    /// What reading null says: that the initial state was seen, or nothing
    #[arg(long, value_name = "RULE", default_value = "observes-initial", value_parser = ["observes-initial", "unconstrained"])]
    null_read: String,
    /// What a failed cas says: that the state differed, or nothing
    #[arg(long, value_name = "RULE", default_value = "observes", value_parser = ["observes", "ignored"])]
    failed_cas: String,
    /// Give up after so many seconds
    #[arg(long, value_name = "S", default_value = "60", value_parser = seconds, allow_hyphen_values = true)]
    time_limit: Duration,
    /// Print `{"guarantee","holds","operations","witness"}`
    #[arg(long)]
    json: bool,
}

/// The longest time limit: a day.
const MAX_SECONDS: f64 = 86_400.0;

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=MAX_SECONDS).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| format!("must be a number of seconds from 0 to {MAX_SECONDS}"))
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Problem> {
    let options = options(arguments)?;
    let guarantee = Guarantee::find(&arguments.guarantee).ok_or_else(|| Problem("--guarantee: unknown".to_owned()))?;
    let name = input::name_of(&arguments.history);
    let bytes = input::read(&arguments.history, limits::MAX_HISTORY_BYTES)?;
    let refused = |refused: histories::Refused| Problem(format!("{name}: {refused}"));
    let history = histories::read(&bytes).map_err(refused)?;
    let mut patience = Patience::new(arguments.time_limit);
    let verdict = histories::judge(&history, guarantee, &options, &mut || patience.lasts());
    patience.end();
    let verdict = verdict.map_err(refused)?;
    print(&if arguments.json { format!("{}\n", verdict_on(&history, &verdict)) } else { as_text(&history, &verdict) })?;
    Ok(match verdict.holds {
        Some(true) => Ended::Held,
        Some(false) => Ended::DidNotHold,
        None => Ended::Undecided,
    })
}

fn options(arguments: &Arguments) -> Result<Options, Problem> {
    let initial: Json = serde_json::from_str(&arguments.initial).map_err(|_| Problem("--initial: not JSON".to_owned()))?;
    Ok(Options {
        model: arguments.model.as_deref().and_then(Model::find),
        initial: Value::from_json(&initial).map_err(|reason| Problem(format!("--initial: {reason}")))?,
        null_read: if arguments.null_read == "unconstrained" { NullRead::Unconstrained } else { NullRead::ObservesInitial },
        failed_cas: if arguments.failed_cas == "ignored" { FailedCas::Ignored } else { FailedCas::Observes },
    })
}

/// The time limit, and a sign of life on a terminal.
struct Patience {
    started: Instant,
    limit: Duration,
    is_shown: bool,
    shown_seconds: u64,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Self { started: Instant::now(), limit, is_shown: std::io::stderr().is_terminal(), shown_seconds: 0 }
    }

    fn lasts(&mut self) -> bool {
        let elapsed = self.started.elapsed();
        if self.is_shown && elapsed.as_secs() > self.shown_seconds {
            self.shown_seconds = elapsed.as_secs();
            eprint!("\rsearching for {} s of {} s", self.shown_seconds, self.limit.as_secs_f64());
        }
        elapsed < self.limit
    }

    fn end(&self) {
        if self.shown_seconds > 0 {
            eprintln!();
        }
    }
}

fn as_text(history: &History, verdict: &Verdict) -> String {
    let id = verdict.guarantee.id();
    let mut text = match (verdict.holds, &verdict.undecided_because) {
        (Some(true), _) => format!("{id} holds ({} operations)\n", verdict.operations),
        (Some(false), _) => format!("{id} is violated ({} operations); these cannot all be explained:\n", verdict.operations),
        (None, because) => format!("{id} is undecided: {}\n", because.as_deref().unwrap_or("not known why")),
    };
    for number in &verdict.witness {
        let operation = &history.operations[*number];
        let key = operation.action.key().map(|key| format!(" {}", key_name(history, key))).unwrap_or_default();
        text.push_str(&format!(
            "  line {}: process {} {}{key} {} ({})\n",
            operation.invoked.line,
            operation.process,
            operation.function.name(),
            value(history, operation),
            operation.outcome.name()
        ));
    }
    text
}
