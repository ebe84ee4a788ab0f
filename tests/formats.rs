//! The formats of recipes against independent ones: JSON as serde_json writes it, the bytes of links as postcard does.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use replicascope::recipe::{Compared, Open, Recipe, RecipeError, TimedCommand};
use replicascope::replication::delta::{Item, Mode, Value};
use replicascope::replication::ids::{NodeId, SessionId, SiteId};
use replicascope::replication::rules::REFUSE_HOLES;
use replicascope::replication::setting::Dials;
use replicascope::replication::strategies::HEARTBEAT_EVERY;
use replicascope::replication::strategies::multi_leader_forward::DELIVERY;
use replicascope::replication::time::SimTime;
use replicascope::scenarios;
use replicascope::simulation::command::{Action, Command, End, LinkCommand, MessageCommand, NodeCommand};
use replicascope::simulation::setup::{CartLine, Latency, Pace, ReadRule, Session, Setup, SiteKind, Wire, WireKind, Workload};
use serde::Serialize;

/// A recipe as serde sees it.
#[derive(Serialize)]
struct Twin<'a, Seed> {
    version: u32,
    scenario: &'a Option<String>,
    variant: &'a Option<String>,
    setup: &'a Setup,
    seed: Seed,
    commands: Vec<TwinCommand<'a>>,
    open: Option<TwinOpen<'a>>,
}

#[derive(Serialize)]
struct TwinCommand<'a> {
    at_ns: SimTime,
    event: u64,
    command: &'a Command,
}

#[derive(Serialize)]
struct TwinOpen<'a> {
    at_ns: SimTime,
    view: &'a Option<String>,
    step: Option<u32>,
}

fn twin<Seed>(recipe: &Recipe, seed: Seed) -> Twin<'_, Seed> {
    let Recipe { version, scenario, variant, setup, commands, open, .. } = recipe;
    fn command(timed: &TimedCommand) -> TwinCommand<'_> {
        TwinCommand { at_ns: timed.at_ns, event: timed.event, command: &timed.command }
    }
    let open = open.as_ref().map(|Open { at_ns, view, step }| TwinOpen { at_ns: *at_ns, view, step: *step });
    Twin { version: *version, scenario, variant, setup, seed, commands: commands.iter().map(command).collect(), open }
}

fn actions() -> Vec<Command> {
    let item = || Item::from("milk \"\\/\u{8}\u{c}\n\r\t\u{1}\u{7f}ü🥛");
    let actions = [
        Action::Look,
        Action::Add { item: item(), count: 1 },
        Action::Set { item: item(), quantity: 300 },
        Action::Decrease { item: item() },
        Action::Remove { item: item() },
        Action::Resolve { item: item(), quantity: 0 },
        Action::Get { key: "x".into() },
        Action::GetMany { keys: vec!["x".into(), "y".into()] },
        Action::Put { key: "x".into(), value: Value::Number(-5) },
        Action::PutIf { key: "x".into(), expected: None, value: Value::Text("a \"b\"".into()) },
        Action::PutIf { key: "x".into(), expected: Some(Value::Number(i64::MIN)), value: Value::Number(i64::MAX) },
        Action::Delete { key: "x".into() },
    ];
    actions.into_iter().map(|action| Command::Act { session: SessionId(1), action }).collect()
}

fn faults() -> Vec<Command> {
    let (a, b) = (SiteId(0), SiteId(1));
    let wires = [
        Latency::Pareto { least_us: 127, shape_thousandths: 1_500 },
        Latency::Constant { us: 1 },
        Latency::Uniform { min_us: 128, max_us: 16_384 },
        Latency::Exponential { base_us: 0, mean_us: 5 },
    ]
    .map(|latency| Wire { kind: WireKind::Datagram, latency, loss_per_million: 1_000_000, duplicate_per_million: 7 });
    let links = [
        LinkCommand::Cut { from: End::Node(NodeId(0)), to: End::Node(NodeId(1)) },
        LinkCommand::Heal { from: End::Site(a), to: End::Site(b) },
        LinkCommand::Disconnect(a),
        LinkCommand::Reconnect(b),
        LinkCommand::Partition(vec![vec![NodeId(0)], vec![NodeId(1), NodeId(2)], Vec::new()]),
        LinkCommand::HealAll,
    ];
    let links = links.into_iter().chain(wires.map(|wire| LinkCommand::Tune { a, b, wire })).map(Command::Link);
    let skews = [0, 1, -1, 63, 64, -64, -65, 86_000_000, -86_000_000].map(|ms| NodeCommand::Skew { ms });
    let nodes = [
        NodeCommand::Crash,
        NodeCommand::Restart,
        NodeCommand::Promote,
        NodeCommand::Pause,
        NodeCommand::Resume,
        NodeCommand::Slow { factor: 10 },
        NodeCommand::Join,
        NodeCommand::Leave,
    ];
    let messages =
        [MessageCommand::Drop, MessageCommand::Delay { ms: 300 }, MessageCommand::Duplicate, MessageCommand::Hold, MessageCommand::Release];
    let messages = messages.map(|fault| Command::Message { message: 1 << 40, fault });
    let nodes = nodes.into_iter().chain(skews).map(|fault| Command::Node { node: NodeId(2), fault });
    links.chain(nodes).chain(messages).collect()
}

/// Everything that can stand in a recipe, at least once.
fn full() -> Recipe {
    let mut recipe = scenarios::find("offline-leader").unwrap().recipe(Some("add-wins")).unwrap();
    let commands = actions().into_iter().chain(faults()).chain(Mode::ALL.map(Command::Decide));
    recipe.commands = commands.zip(0..).map(|(command, event)| TimedCommand { at_ns: SimTime(event << 20), event, command }).collect();
    recipe.setup.sites[0].kind = SiteKind::Client;
    recipe.setup.sessions[0].workload = Workload::Alternate { key: "cart".into() };
    recipe.setup.cart.push(CartLine { item: "é\u{2028}".into(), quantity: 9_999 });
    recipe.setup.sites[1].spare_count = 1;
    recipe.setup.links[0].back = Some(recipe.setup.inside);
    recipe.setup.sessions[1].workload =
        Workload::Mix { key_count: 9, skew_percent: 99, read_percent: 90, pace: Pace::Closed { think_us: 0 } };
    recipe.setup.sessions[2].workload =
        Workload::Mix { key_count: 1, skew_percent: 0, read_percent: 0, pace: Pace::Open { mean_us: 70_000 } };
    let rules = [
        ReadRule::Leader,
        ReadRule::AnyFollower,
        ReadRule::Nearest,
        ReadRule::Sticky,
        ReadRule::WithinLag { ms: 200 },
        ReadRule::LeaderAfterWrite { window_ms: 60_000 },
        ReadRule::Token { is_shared: true },
    ];
    for reads in rules {
        let session = recipe.setup.sessions[0].clone();
        recipe.setup.sessions.push(Session { reads, ..session });
    }
    recipe.setup.dials = Dials::default().with(&REFUSE_HOLES, 0).with(&DELIVERY, 2).with(&HEARTBEAT_EVERY, 3_000);
    recipe.seed = u64::MAX;
    recipe.open = Some(Open { at_ns: SimTime(u64::from(u32::MAX)), view: None, step: Some(128) });
    recipe
}

#[test]
fn json_is_what_serde_json_writes_and_is_read_back() {
    let plain = scenarios::find("offline-leader").unwrap().recipe(None).unwrap();
    for recipe in [full(), plain] {
        assert_eq!(recipe.to_json(), serde_json::to_string_pretty(&twin(&recipe, recipe.seed.to_string())).unwrap());
        assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap(), recipe);
        let compact = serde_json::to_string(&twin(&recipe, recipe.seed.to_string())).unwrap();
        assert_eq!(Recipe::from_json(&compact).unwrap(), recipe);
    }
}

#[test]
fn links_hold_what_postcard_writes_and_are_read_back() {
    let plain = scenarios::find("offline-leader").unwrap().recipe(None).unwrap();
    for recipe in [full(), plain] {
        let bytes = postcard::to_allocvec(&twin(&recipe, recipe.seed)).unwrap();
        assert_eq!(recipe.to_link().unwrap(), format!("#v1.{}", URL_SAFE_NO_PAD.encode(bytes)));
        assert_eq!(Recipe::from_link(&recipe.to_link().unwrap()).unwrap(), recipe);
    }
}

/// Setups to compare stand behind everything else, and the ids of their variants behind them.
#[test]
fn a_comparison_follows_the_rest_of_a_link() {
    let recipe = full();
    let compared = |variant: Option<&str>| Compared { variant: variant.map(str::to_owned), setup: recipe.setup.clone() };
    for ids in [[Some("last-write"), None], [None, Some("add-wins")], [None, None]] {
        let compare: Vec<Compared> = ids.map(compared).into();
        let no_branches: [(); 0] = [];
        let setups = [&recipe.setup, &recipe.setup];
        let mut bytes = postcard::to_allocvec(&(twin(&recipe, recipe.seed), no_branches.as_slice(), setups.as_slice())).unwrap();
        if ids != [None, None] {
            bytes.extend(postcard::to_allocvec(ids.as_slice()).unwrap());
        }
        let recipe = Recipe { compare, ..recipe.clone() };
        assert_eq!(recipe.to_link().unwrap(), format!("#v1.{}", URL_SAFE_NO_PAD.encode(bytes)));
        assert_eq!(Recipe::from_link(&recipe.to_link().unwrap()).unwrap(), recipe);
        assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap(), recipe);
    }
}

/// What is no JSON for serde_json is none here.
#[test]
fn broken_json_is_refused_with_its_place() {
    let json = full().to_json();
    for at in (0..json.len()).filter(|at| json.is_char_boundary(*at)) {
        for broken in [json[..at].to_owned(), format!("{}\u{1}{}", &json[..at], &json[at..]), format!("{},{}", &json[..at], &json[at..])] {
            let is_json = serde_json::from_str::<serde_json::Value>(&broken).is_ok();
            match Recipe::from_json(&broken) {
                Ok(_) => assert!(is_json, "{broken}"),
                Err(RecipeError::Json { line, column, .. }) => assert!(line > 0 && column > 0),
                Err(_) => assert!(is_json, "{broken}"),
            }
        }
    }
}

#[test]
fn escapes_are_read() {
    let named = |name: &str| Recipe::from_json(&full().to_json().replacen("\"offline-leader\"", &format!("\"{name}\""), 1));
    assert_eq!(named(r"a\u00fc\/\ud83e\udd5b\n").unwrap().scenario.as_deref(), Some("aü/🥛\n"));
    for broken in [r"\ud83e", r"\ud83e\u0041", r"\udd5b", r"\u12", r"\x", "\\"] {
        assert!(named(broken).is_err(), "{broken}");
    }
}

#[test]
fn deep_and_wide_texts_are_refused() {
    assert!(Recipe::from_json(&format!("{{\"setup\":{}", "[".repeat(100_000))).is_err());
    let fields: Vec<String> = (0..10_000).map(|field| format!("\"{field}\":0")).collect();
    assert!(Recipe::from_json(&format!("{{{}}}", fields.join(","))).unwrap_err().to_string().contains("too many fields"));
    let json = full().to_json();
    let twice = json.replacen("\"version\"", "\"seed\": \"7\", \"version\"", 1);
    assert!(Recipe::from_json(&twice).unwrap_err().to_string().contains("duplicate field `seed`"));
}
