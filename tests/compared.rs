//! Comparisons in recipes: what is written is read again, what does not fit is refused with its field.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use replicascope::limits;
use replicascope::recipe::{Compared, Recipe, RecipeError, TimedCommand};
use replicascope::replication::ids::SessionId;
use replicascope::replication::time::SimTime;
use replicascope::scenarios;
use replicascope::session::Session;
use replicascope::simulation::command::{Action, Command};

fn variant(id: &str) -> Recipe {
    scenarios::find("offline-leader").unwrap().recipe(Some(id)).unwrap()
}

fn compared() -> Recipe {
    Recipe { compare: vec![Compared::first_of(&variant("add-wins"))], ..variant("last-write") }
}

/// The bytes of its link.
fn bytes(recipe: &Recipe) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(&recipe.to_link().unwrap()[4..]).unwrap()
}

fn read(bytes: &[u8]) -> Result<Recipe, RecipeError> {
    Recipe::from_link(&format!("#v1.{}", URL_SAFE_NO_PAD.encode(bytes)))
}

#[test]
fn a_comparison_is_written_and_read_with_the_ids_of_its_variants() {
    let mut recipe = compared();
    assert_eq!(Recipe::from_link(&recipe.to_link().unwrap()).unwrap(), recipe);
    assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap(), recipe);
    assert!(recipe.to_json().contains("\"variant\": \"add-wins\""));
    recipe.compare.push(Compared { variant: None, setup: variant("ask").setup });
    assert_eq!(Recipe::from_link(&recipe.to_link().unwrap()).unwrap(), recipe);
    assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap(), recipe);
}

/// Branches and a comparison stand in one recipe.
#[test]
fn branches_stay_where_there_is_a_comparison_too() {
    let mut session = Session::open(variant("last-write")).unwrap();
    session.run_until(SimTime::from_ms(50));
    session.submit(Command::Act { session: SessionId(0), action: Action::Look }).unwrap();
    session.seek(SimTime::ZERO);
    session.submit(Command::Act { session: SessionId(1), action: Action::Look }).unwrap();
    let recipe = Recipe { compare: compared().compare, ..session.recipe_with_branches() };
    assert!(recipe.branches.len() >= 2, "{}", recipe.branches.len());
    assert_eq!(Recipe::from_link(&recipe.to_link().unwrap()).unwrap(), recipe);
    assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap(), recipe);
}

/// Links from before the ids end after the setups.
#[test]
fn a_link_without_ids_is_read() {
    let mut nameless = compared();
    nameless.compare[0].variant = None;
    let (with, without) = (bytes(&compared()), bytes(&nameless));
    assert_eq!(with[..without.len()], without, "the ids are behind everything else");
    assert_eq!(read(&without).unwrap(), nameless);
}

#[test]
fn a_list_of_ids_that_does_not_fit_the_setups_is_refused() {
    let mut nameless = compared();
    nameless.compare[0].variant = None;
    let setups = bytes(&nameless);
    let with = |ids: &[u8]| read(&[&setups, ids].concat());
    assert_eq!(with(&[1, 1, 3, b'a', b's', b'k']).unwrap().compare[0].variant.as_deref(), Some("ask"));
    for ids in [&[0][..], &[1, 0], &[1, 1], &[1, 2], &[2, 1, 1, b'a', 0], &[1, 1, 1, b'a', 0], &[0xff, 0xff, 0xff, 0xff, 0x0f]] {
        assert!(matches!(with(ids), Err(RecipeError::Link(_))), "{ids:?}");
    }
    let alone = bytes(&variant("last-write"));
    for end in [&[0, 0][..], &[0, 0, 0], &[0]] {
        assert!(matches!(read(&[&alone, end].concat()), Err(RecipeError::Link(_))), "{end:?}: a link without any ends before them");
    }
}

#[test]
fn what_cannot_be_compared_is_refused_with_its_field() {
    let refused = |change: fn(&mut Recipe)| {
        let mut recipe = compared();
        change(&mut recipe);
        let told = recipe.check().unwrap_err().to_string();
        assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap_err().to_string(), told);
        assert!(recipe.to_link().is_err());
        told
    };
    let told = refused(|recipe| recipe.compare[0].variant = Some("x".repeat(65)));
    assert!(told.starts_with("compare[0].variant: "), "{told}");
    let told = refused(|recipe| recipe.compare[0].setup.strategy = "nonesuch".to_owned());
    assert!(told.starts_with("compare[0].setup.strategy: "), "{told}");
    let told = refused(|recipe| recipe.compare[0].setup.sites[1].node_count = 9_999);
    assert!(told.starts_with("compare[0].setup.sites[1].node_count: "), "{told}");
    let told = refused(|recipe| recipe.compare = vec![recipe.compare[0].clone(); limits::MAX_COMPARED]);
    assert!(told.starts_with("compare: "), "{told}");
    let told = refused(|recipe| {
        recipe.compare[0].setup.sessions.truncate(1);
        let command = Command::Act { session: SessionId(1), action: Action::Look };
        recipe.commands = vec![TimedCommand { at_ns: SimTime::ZERO, event: 0, command }];
    });
    assert!(told.starts_with("compare[0].setup has no place for a command.act.session: "), "{told}");
}

/// A bare setup was all that stood there before the ids: whoever wrote one is told what is expected.
#[test]
fn a_setup_without_its_place_is_refused_with_line_and_column() {
    let recipe = compared();
    let mut json: serde_json::Value = serde_json::from_str(&recipe.to_json()).unwrap();
    json["compare"][0] = json["compare"][0]["setup"].clone();
    let told = Recipe::from_json(&serde_json::to_string_pretty(&json).unwrap()).unwrap_err().to_string();
    assert!(told.starts_with("line ") && told.contains("expected one of `variant`, `setup`"), "{told}");
    json["compare"][0] = serde_json::json!({ "setup": json["setup"] });
    let read = Recipe::from_json(&json.to_string()).unwrap();
    assert_eq!(read.compare, [Compared { variant: None, setup: recipe.setup }]);
}
