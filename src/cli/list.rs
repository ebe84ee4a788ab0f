//! `list`: what there is to name in the other subcommands.

use super::{Ended, Problem, print};
use crate::json::entry;
use crate::json::scenarios::of_scenario;
use crate::replication::delta::Mode;
use crate::replication::setting::{Kind, Setting};
use crate::simulation::forms::{self, Form};
use crate::simulation::{dials, registry, topology};
use crate::view::{glossary, words};
use crate::{checkers, presets, scenarios};
use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What to list.
#[derive(Args)]
pub(super) struct Arguments {
    /// What to list
    what: What,
    /// Print `[{"id","title","summary",…}]`
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Lessons that `run` and `compare` play, with their variants
    Scenarios,
    /// Replication strategies, with the settings that each reads
    Strategies,
    /// Ways to decide conflicts
    Policies,
    /// Link graphs
    Topologies,
    /// Guarantees that runs are judged by
    Checkers,
    /// Real systems as settings
    Presets,
    /// Words of the field, and what real systems call the same
    Terms,
    /// Every key of `--set`
    Settings,
    /// Every command of a recipe
    Commands,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Problem> {
    let entries = entries(arguments.what);
    let text = if arguments.json { format!("{}\n", Json::Array(entries)) } else { as_text(&entries) };
    print(&text)?;
    Ok(Ended::Held)
}

fn entries(what: What) -> Vec<Json> {
    match what {
        What::Scenarios => scenarios::ALL.iter().map(|scenario| of_scenario(scenario)).collect(),
        What::Strategies => registry::ALL.iter().map(strategy).collect(),
        What::Policies => Mode::ALL.into_iter().map(policy).collect(),
        What::Topologies => topology::ALL.iter().map(of_topology).collect(),
        What::Checkers => checkers::ALL.iter().map(|checker| entry(checker.id, checker.title, checker.meaning)).collect(),
        What::Presets => presets::ALL.iter().map(|preset| of_preset(preset)).collect(),
        What::Terms => glossary::search("").into_iter().map(of_term).collect(),
        What::Settings => settings(),
        What::Commands => forms::ALL.iter().map(form).collect(),
    }
}

fn strategy(strategy: &registry::StrategyEntry) -> Json {
    let mut fields = entry(strategy.id, strategy.title, strategy.summary);
    fields["settings"] = dials::GENERAL.iter().chain(strategy.settings).map(|setting| setting.key).collect();
    fields
}

fn policy(mode: Mode) -> Json {
    entry(mode.id(), words::mode_name(mode), words::mode_meaning(mode))
}

fn of_topology(topology: &topology::Topology) -> Json {
    let mut fields = entry(topology.id, topology.title, topology.summary);
    fields["sites"] = json!({ "least": topology.least, "most": topology.most });
    fields
}

fn of_preset(preset: &presets::Preset) -> Json {
    let parameter =
        |parameter: &presets::Parameter| json!({ "name": parameter.name, "value": parameter.value, "maps_to": parameter.maps_to });
    let mut fields = entry(preset.id, preset.title, preset.summary);
    fields["strategy"] = Json::from(preset.strategy);
    fields["parameters"] = preset.parameters.iter().map(parameter).collect();
    fields["caveats"] = preset.caveats.to_vec().into();
    fields["citation"] = Json::from(preset.citation);
    fields
}

fn of_term(term: &glossary::Term) -> Json {
    let called = |called: &glossary::Called| json!({ "system": called.system, "name": called.name, "doc": called.doc });
    let mut fields = entry(term.id, term.name, term.definition);
    fields["aliases"] = term.aliases.to_vec().into();
    fields["source"] = Json::from(term.source);
    fields["called"] = term.called.iter().map(called).collect();
    fields
}

/// Each key once, with every strategy that reads it.
fn settings() -> Vec<Json> {
    let mut listed: BTreeMap<&str, ()> = BTreeMap::new();
    registry::settings().filter(|setting| listed.insert(setting.key, ()).is_none()).map(of_setting).collect()
}

fn of_setting(setting: &'static Setting) -> Json {
    let is_general = dials::GENERAL.iter().any(|general| general.key == setting.key);
    let reads = |strategy: &&registry::StrategyEntry| is_general || strategy.settings.iter().any(|known| known.key == setting.key);
    let (kind, range) = match setting.kind {
        Kind::Number { least, most, .. } => ("number", json!({ "least": least, "most": most })),
        Kind::Flag => ("flag", json!([false, true])),
        Kind::Choice(names) => ("choice", json!(names)),
    };
    let mut fields = entry(setting.key, setting.title, setting.meaning);
    fields["key"] = Json::from(setting.key);
    fields["type"] = Json::from(kind);
    fields["unit"] = match setting.kind {
        Kind::Number { .. } => Json::from(dials::unit(setting)),
        Kind::Flag | Kind::Choice(_) => Json::Null,
    };
    fields["range"] = range;
    fields["default"] = match setting.kind {
        Kind::Number { .. } => Json::from(setting.default),
        Kind::Flag => Json::from(setting.default != 0),
        Kind::Choice(_) => Json::from(dials::show(setting, setting.default)),
    };
    fields["strategies"] = registry::ALL.iter().filter(reads).map(|strategy| strategy.id).collect();
    fields
}

fn form(form: &Form) -> Json {
    let field = |field: &forms::Field| {
        json!({
            "name": field.name,
            "pointer": field.pointer,
            "type": field.kind.id(),
            "unit": field.kind.unit(),
            "range": field.kind.range().map(|(least, most)| json!({ "least": least, "most": most })),
        })
    };
    let mut fields = entry(form.id, form.title, form.summary);
    fields["fields"] = form.fields.iter().map(field).collect();
    fields["example"] = serde_json::from_str(form.example).unwrap_or_default();
    fields
}

/// Names in a column, sentences beside them; what an entry holds besides stands below it.
fn as_text(entries: &[Json]) -> String {
    let text = |entry: &Json, field: &str| entry[field].as_str().unwrap_or_default().to_owned();
    let width = entries.iter().map(|entry| text(entry, "id").chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for entry in entries {
        out.push_str(&format!("{:<width$}  {}: {}\n", text(entry, "id"), text(entry, "title"), text(entry, "summary")));
        for line in beside(entry) {
            out.push_str(&format!("{:<width$}    {line}\n", ""));
        }
    }
    out
}

fn beside(entry: &Json) -> Vec<String> {
    let list = |field: &str| entry[field].as_array().cloned().unwrap_or_default();
    let shown = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut lines: Vec<String> =
        list("variants").iter().map(|variant| format!("{}: {}", shown(&variant["id"]), shown(&variant["title"]))).collect();
    lines.extend(
        list("parameters")
            .iter()
            .map(|parameter| format!("{} = {}: {}", shown(&parameter["name"]), shown(&parameter["value"]), shown(&parameter["maps_to"]))),
    );
    if let Some(default) = entry.get("default") {
        let unit = entry["unit"].as_str().filter(|unit| *unit != "count").map(|unit| format!(" {unit}")).unwrap_or_default();
        lines.push(format!("default {}{unit}, range {}", shown(default), entry["range"]));
    }
    lines.extend(entry.get("example").map(ToString::to_string));
    lines
}
